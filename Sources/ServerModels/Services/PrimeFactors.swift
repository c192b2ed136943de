package import BigInt

/// An integer as a product of primes: trial division by small ones, then Pollard's rho in Brent's form (Brent, "An improved Monte
/// Carlo factorization algorithm", BIT 20, 1980) on what is left, until all parts are prime.
///
/// Whether a part is prime is asked of Miller and Rabin's test with the first 13 primes, which is certain below 3.3 * 10^24
/// (Sorenson and Webster, 2015), and beyond has no known exception.
package struct PrimeFactors {
    /// Steps of Pollard's method for one factor: a bound on what one request may cost.
    package static let steps = 1 << 21
    /// Primes below this are tried one by one.
    private static let trialLimit = 1 << 16
    /// Steps whose differences are multiplied before one greatest common divisor is taken.
    private static let batch = 128
    private static let witnesses: [BigUInt] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41]
    private static let smallPrimes = primes(below: trialLimit)

    /// In ascending order; empty for 1.
    package private(set) var primes: [BigUInt] = []

    /// - Parameters:
    ///   - number: over 0.
    ///   - steps: of Pollard's method for one factor.
    /// - Throws: ``FactorError/tooHard(_:steps:)``.
    package init(of number: BigUInt, steps: Int = Self.steps) throws(FactorError) {
        var rest = number
        for prime in Self.smallPrimes where rest > 1 {
            if BigUInt(prime) * BigUInt(prime) > rest { break }
            while true {
                let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: BigUInt(prime))
                guard remainder == 0 else { break }
                primes.append(BigUInt(prime))
                rest = quotient
            }
        }
        try split(rest, steps)
        primes.sort()
    }

    private mutating func split(_ number: BigUInt, _ steps: Int) throws(FactorError) {
        guard number > 1 else { return }
        guard !Self.isPrime(number) else { return primes.append(number) }
        let factor = try Self.factor(of: number, steps)
        try split(factor, steps)
        try split(number / factor, steps)
    }

    /// A factor of a composite number.
    private static func factor(of number: BigUInt, _ steps: Int) throws(FactorError) -> BigUInt {
        let root = number.squareRoot()
        if root * root == number { return root }
        var budget = steps
        var increment: BigUInt = 1
        while budget > 0 {
            if let factor = brent(number, increment: increment, budget: &budget) { return factor }
            increment += 1
        }
        throw .tooHard(number, steps: steps)
    }

    /// One walk x -> x^2 + increment; `nil` when it closes without a factor, or the budget is used up.
    private static func brent(_ number: BigUInt, increment: BigUInt, budget: inout Int) -> BigUInt? {
        func next(_ x: BigUInt) -> BigUInt { (x * x + increment) % number }
        func difference(_ a: BigUInt, _ b: BigUInt) -> BigUInt { a > b ? a - b : b - a }
        var slow: BigUInt = 2
        var fast = slow
        var mark = fast
        var divisor: BigUInt = 1
        var length = 1
        while divisor == 1, budget > 0 {
            slow = fast
            for _ in 0..<length { fast = next(fast) }
            var done = 0
            while done < length, divisor == 1 {
                mark = fast
                var product: BigUInt = 1
                let count = min(batch, length - done)
                for _ in 0..<count {
                    fast = next(fast)
                    product = product * difference(slow, fast) % number
                }
                divisor = product.greatestCommonDivisor(with: number)
                done += count
            }
            budget -= 2 * length
            length *= 2
        }
        if divisor == number {
            // The batch holds all factors at once: its steps again, one by one.
            repeat {
                mark = next(mark)
                divisor = difference(slow, mark).greatestCommonDivisor(with: number)
            } while divisor == 1
        }
        return divisor == 1 || divisor == number ? nil : divisor
    }

    private static func isPrime(_ number: BigUInt) -> Bool {
        if number < trialLimit * trialLimit { return true }  // no prime below its root divides it
        let last = number - 1
        let twos = last.trailingZeroBitCount
        let odd = last >> twos
        return witnesses.allSatisfy { witness in
            var power = witness.power(odd, modulus: number)
            if power == 1 || power == last { return true }
            for _ in 1..<max(twos, 1) {
                power = power * power % number
                if power == last { return true }
            }
            return false
        }
    }

    /// The sieve of Eratosthenes.
    private static func primes(below limit: Int) -> [UInt] {
        var isPrime = [Bool](repeating: true, count: limit)
        for number in 2..<limit where isPrime[number] {
            for multiple in stride(from: number * number, to: limit, by: number) { isPrime[multiple] = false }
        }
        return (2..<limit).filter { isPrime[$0] }.map(UInt.init)
    }
}
