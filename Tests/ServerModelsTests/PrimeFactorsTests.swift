import BigInt
import ServerModels
import Testing
import SeededRandom

struct PrimeFactorsTests {
    @Test(
        arguments: [
            ("1", []), ("2", ["2"]), ("4", ["2", "2"]), ("97", ["97"]), ("65536", Array(repeating: "2", count: 16)),
            ("65521", ["65521"]), ("4294049777", ["65521", "65537"]), ("4293001441", ["65521", "65521"]),
            ("4295098369", ["65537", "65537"]), ("281487861809153", ["65537", "65537", "65537"]),
            // Pseudoprimes to several bases, and Carmichael's.
            ("561", ["3", "11", "17"]), ("3215031751", ["151", "751", "28351"]),
            ("3825123056546413051", ["149491", "747451", "34233211"]),
            // Fermat's F5, F6; Mersenne's M67 as Cole showed it, and M61, M127, which are prime; the square of the last.
            ("4294967297", ["641", "6700417"]), ("18446744073709551617", ["274177", "67280421310721"]),
            ("147573952589676412927", ["193707721", "761838257287"]), ("2305843009213693951", ["2305843009213693951"]),
            (
                "28948022309329048855892746252171976962977213799489202546401021394546514198529",
                Array(repeating: "170141183460469231731687303715884105727", count: 2)
            ),
            ("170141183460469231731687303715884105727", ["170141183460469231731687303715884105727"]),
            // 10^40 + 1.
            ("10000000000000000000000000000000000000001", ["17", "5070721", "5882353", "19721061166646717498359681"]),
        ] as [(String, [String])])
    func `known numbers have their known factors`(number: String, factors: [String]) throws {
        #expect(try PrimeFactors(of: #require(BigUInt(number))).primes.map(\.description) == factors)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `factors are in order and prime, and their product is the number`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bits = Int.random(in: 1...62, using: &random)
        let number = UInt64.random(in: 1..<1 << bits, using: &random)
        let primes = try PrimeFactors(of: BigUInt(number)).primes
        #expect(primes.reduce(1, *) == BigUInt(number), "seed \(seed): \(number)")
        #expect(primes == primes.sorted(), "seed \(seed): \(number)")
        for prime in primes { #expect(isPrime(UInt64(prime)), "seed \(seed): \(prime) of \(number)") }
    }

    @Test func `every small number is the product of its factors`() throws {
        for number in 1...3_000 as ClosedRange<UInt64> {
            let primes = try PrimeFactors(of: BigUInt(number)).primes.map { UInt64($0) }
            #expect(primes.reduce(1, *) == number)
            #expect(primes.allSatisfy { prime in (2..<prime).allSatisfy { prime % $0 != 0 } })
        }
    }

    @Test func `a number whose factors are both too big is an error that says so`() throws {
        // Mersenne's M89 and M127, of 27 and 39 digits.
        let hard = (BigUInt(2).power(89) - 1) * (BigUInt(2).power(127) - 1)
        let error = #expect(throws: FactorError.self) { _ = try PrimeFactors(of: hard, steps: 1 << 12) }
        #expect(error?.description.contains("take a smaller one") == true)
    }

    /// By Lucas: a base whose powers have the whole group's order. Independent of Miller and Rabin's test.
    private func isPrime(_ number: UInt64) -> Bool {
        guard number > 3 else { return number > 1 }
        guard number > 1_000_000 else {
            return (2..<number).prefix { $0 * $0 <= number }.allSatisfy { number % $0 != 0 }
        }
        var rest = number - 1
        var divisors: [UInt64] = []
        var candidate: UInt64 = 2
        while candidate * candidate <= rest, candidate < 1 << 20 {
            if rest % candidate == 0 {
                divisors.append(candidate)
                while rest % candidate == 0 { rest /= candidate }
            }
            candidate += 1
        }
        // What is left has no factor below 2^20: it is prime when below 2^40, and otherwise only Fermat's test is asked.
        if rest > 1, rest < 1 << 40 { divisors.append(rest) }
        return (2..<200).contains { (base: UInt64) in
            power(base, number - 1, number) == 1
                && divisors.allSatisfy { power(base, (number - 1) / $0, number) != 1 }
        }
    }

    private func power(_ base: UInt64, _ exponent: UInt64, _ modulus: UInt64) -> UInt64 {
        var (result, square, exponent) = (1 as UInt64, base % modulus, exponent)
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = modulus.dividingFullWidth(result.multipliedFullWidth(by: square)).remainder
            }
            square = modulus.dividingFullWidth(square.multipliedFullWidth(by: square)).remainder
            exponent >>= 1
        }
        return result
    }
}
