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
    private static let trialLimit: UInt64 = 1 << 16
    /// Steps whose differences are multiplied before one greatest common divisor is taken.
    private static let batch = 128
    private static let witnesses: [UInt64] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41]
    private static let smallPrimes = primes(below: Int(trialLimit))

    /// In ascending order; empty for 1.
    package private(set) var primes: [BigUInt] = []

    /// - Parameters:
    ///   - number: over 0.
    ///   - steps: of Pollard's method for one factor.
    /// - Throws: ``FactorError/tooHard(_:steps:)``.
    package init(of number: BigUInt, steps: Int = Self.steps) throws(FactorError) {
        try split(dividedBySmall(number), steps)
        primes.sort()
    }

    // MARK: Small factors

    /// What is left when all small factors are taken out.
    private mutating func dividedBySmall(_ number: BigUInt) -> BigUInt {
        var rest = number
        for prime in Self.smallPrimes {
            if let word = UInt64(exactly: rest) { return BigUInt(dividedBySmall(word, from: prime)) }
            let divisor = BigUInt(prime)
            while case let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: divisor), remainder == 0 {
                primes.append(divisor)
                rest = quotient
            }
        }
        return rest
    }

    /// The same for a machine word, from a prime on.
    private mutating func dividedBySmall(_ number: UInt64, from first: UInt64) -> UInt64 {
        var rest = number
        for prime in Self.smallPrimes where prime >= first {
            if prime * prime > rest { break }
            while rest.isMultiple(of: prime) {
                primes.append(BigUInt(prime))
                rest /= prime
            }
        }
        return rest
    }

    // MARK: Big ones

    private mutating func split(_ number: BigUInt, _ steps: Int) throws(FactorError) {
        guard number > 1 else { return }
        // No prime below its root divides it.
        if number < BigUInt(Self.trialLimit * Self.trialLimit) { return primes.append(number) }
        let factor: BigUInt
        if let word = UInt64(exactly: number) {
            let residues = WordResidues(modulus: word)
            if Self.isPrime(residues) { return primes.append(number) }
            factor = BigUInt(try Self.factor(residues, steps))
        } else {
            let residues = BigResidues(modulus: number)
            if Self.isPrime(residues) { return primes.append(number) }
            let root = number.squareRoot()
            factor = root * root == number ? root : try Self.factor(residues, steps)
        }
        try split(factor, steps)
        try split(number / factor, steps)
    }

    /// A factor of a composite number.
    private static func factor<R: Residues>(_ residues: R, _ steps: Int) throws(FactorError) -> R.Number {
        var budget = steps
        var increment: R.Number = 1
        while budget > 0 {
            if let factor = brent(residues, increment: increment, budget: &budget) { return factor }
            increment += 1
        }
        throw .tooHard(BigUInt(residues.modulus), steps: steps)
    }

    /// One walk x -> x^2 + increment; `nil` when it closes without a factor, or the budget is used up.
    private static func brent<R: Residues>(_ residues: R, increment: R.Number, budget: inout Int) -> R.Number? {
        func next(_ x: R.Number) -> R.Number { residues.sum(residues.product(x, x), increment) }
        var slow: R.Number = 2
        var fast = slow
        var mark = fast
        var divisor: R.Number = 1
        var length = 1
        while divisor == 1, budget > 0 {
            slow = fast
            for _ in 0..<length { fast = next(fast) }
            var done = 0
            while done < length, divisor == 1 {
                mark = fast
                var product: R.Number = 1
                let count = min(batch, length - done)
                for _ in 0..<count {
                    fast = next(fast)
                    product = residues.product(product, residues.difference(slow, fast))
                }
                divisor = residues.commonDivisor(product)
                done += count
            }
            budget -= 2 * length
            length *= 2
        }
        if divisor == residues.modulus {
            // The batch holds all factors at once: its steps again, one by one.
            repeat {
                mark = next(mark)
                divisor = residues.commonDivisor(residues.difference(slow, mark))
            } while divisor == 1
        }
        return divisor == 1 || divisor == residues.modulus ? nil : divisor
    }

    /// Of an odd number above all witnesses.
    private static func isPrime<R: Residues>(_ residues: R) -> Bool {
        let last = residues.modulus - 1
        let twos = last.trailingZeroBitCount
        let odd = last >> twos
        return witnesses.allSatisfy { witness in
            var power = residues.power(R.Number(witness), odd)
            if power == 1 || power == last { return true }
            for _ in 1..<max(twos, 1) {
                power = residues.product(power, power)
                if power == last { return true }
            }
            return false
        }
    }

    /// The sieve of Eratosthenes.
    private static func primes(below limit: Int) -> [UInt64] {
        var isPrime = [Bool](repeating: true, count: limit)
        for number in 2..<limit where isPrime[number] {
            for multiple in stride(from: number * number, to: limit, by: number) { isPrime[multiple] = false }
        }
        return (2..<limit).filter { isPrime[$0] }.map(UInt64.init)
    }
}
