import Glibc
import SeededRandom

extension SeededGenerator {
    /// The time between two events of a Poisson process with so many a second on average.
    mutating func gap(perSecond: Double) -> Double {
        -log(1 - Double.random(in: 0..<1, using: &self)) / perSecond
    }
}
