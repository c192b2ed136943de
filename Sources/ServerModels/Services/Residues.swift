import BigInt

/// Arithmetic modulo a number: in machine words where it fits, which is some twenty times as quick, and in big ones beyond.
protocol Residues {
    associatedtype Number: UnsignedInteger

    var modulus: Number { get }

    /// a * b, modulo the modulus.
    func product(_ a: Number, _ b: Number) -> Number

    /// a + b, modulo the modulus; both are below it.
    func sum(_ a: Number, _ b: Number) -> Number

    /// The greatest common divisor of a number and the modulus.
    func commonDivisor(_ number: Number) -> Number
}

extension Residues {
    /// The power, by squaring.
    func power(_ base: Number, _ exponent: Number) -> Number {
        var (result, square, rest): (Number, Number, Number) = (1, base % modulus, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result = product(result, square) }
            square = product(square, square)
            rest >>= 1
        }
        return result
    }

    /// How far apart two numbers are.
    func difference(_ a: Number, _ b: Number) -> Number { a > b ? a - b : b - a }
}

/// Modulo a number of one machine word.
struct WordResidues: Residues {
    let modulus: UInt64

    func product(_ a: UInt64, _ b: UInt64) -> UInt64 {
        modulus.dividingFullWidth(a.multipliedFullWidth(by: b)).remainder
    }

    func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        a >= modulus - b ? a - (modulus - b) : a + b
    }

    /// Stein's binary algorithm.
    func commonDivisor(_ number: UInt64) -> UInt64 {
        guard number > 0 else { return modulus }
        var (a, b) = (number >> number.trailingZeroBitCount, modulus)
        let twos = min(number.trailingZeroBitCount, b.trailingZeroBitCount)
        while b > 0 {
            b >>= b.trailingZeroBitCount
            (a, b) = a < b ? (a, b - a) : (b, a - b)
        }
        return a << twos
    }
}

/// Modulo a number of any size.
struct BigResidues: Residues {
    let modulus: BigUInt

    func product(_ a: BigUInt, _ b: BigUInt) -> BigUInt { a * b % modulus }
    func sum(_ a: BigUInt, _ b: BigUInt) -> BigUInt { (a + b) % modulus }
    func commonDivisor(_ number: BigUInt) -> BigUInt { number.greatestCommonDivisor(with: modulus) }
}
