import SeededRandom

/// Somebody who comes: when, and what it is.
package struct Arrival: Sendable, Hashable {
    /// What comes.
    package enum Kind: Sendable, Hashable {
        case client
        case misfit(Misfit)
    }

    /// Its place in the order of arrival, from 0.
    package let number: Int
    /// `Client-1`, `Slow-1`: numbered in the order of arrival.
    package let name: String
    package let kind: Kind
    /// Seconds since the start.
    package let time: Double
}

/// A client that behaves badly.
package enum Misfit: String, Sendable, Hashable, CaseIterable {
    case slow = "Slow"
    case halfOpen = "HalfOpen"
    case vanishing = "Vanishing"
}

extension Load {
    /// Everybody who comes, in order: drawn from the seed, so that a run can be repeated. Misfits stand at drawn places among the others.
    package var arrivalsInOrder: [Arrival] {
        var generator = SeededGenerator(seed: seed)
        var kinds = [Arrival.Kind](repeating: .client, count: clients)
        for misfit in Misfit.allCases {
            kinds += [Arrival.Kind](repeating: .misfit(misfit), count: misfits.count(of: misfit))
        }
        if misfits.count > 0 { kinds.shuffle(using: &generator) }
        var numbers: [String: Int] = [:]
        var time = 0.0
        return kinds.enumerated().map { number, kind in
            if case .poisson(let rate) = arrivals { time += generator.gap(perSecond: rate) }
            let word = if case .misfit(let misfit) = kind { misfit.rawValue } else { "Client" }
            numbers[word, default: 0] += 1
            return Arrival(
                number: number, name: "\(word)-\(numbers[word, default: 0])", kind: kind, time: time)
        }
    }
}

extension Load.Misfits {
    fileprivate func count(of misfit: Misfit) -> Int {
        switch misfit {
        case .slow: slow
        case .halfOpen: halfOpen
        case .vanishing: vanishing
        }
    }
}
