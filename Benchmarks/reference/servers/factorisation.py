"""Prime factors: trial division by the small primes, then Pollard's rho in Brent's form."""
import math
import random

SMALL_PRIME_BOUND = 1 << 16
MILLER_RABIN_BASES = 24  # the first 13 primes decide below 3.3e24; beyond, a composite passes 24 with odds below 4^-24
RHO_BATCH = 128  # steps whose differences are multiplied before one gcd
MOST_RHO_STEPS = 1 << 22  # finds factors up to about 12 digits; some seconds in Python


def _primes_below(bound):
    sieve = bytearray([1]) * bound
    sieve[:2] = b"\0\0"
    for i in range(2, math.isqrt(bound) + 1):
        if sieve[i]:
            sieve[i * i::i] = bytes(len(range(i * i, bound, i)))
    return [i for i in range(bound) if sieve[i]]


SMALL_PRIMES = _primes_below(SMALL_PRIME_BOUND)


def is_prime(number):
    """Whether an odd number without small factors passes Miller and Rabin's test to fixed bases."""
    twos = (number - 1 & 1 - number).bit_length() - 1
    odd = number - 1 >> twos
    for base in SMALL_PRIMES[:MILLER_RABIN_BASES]:
        power = pow(base, odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def _rho(number, shift, start, steps):
    """A factor above 1 of a composite number, which may be the number itself; None when the steps are used up."""
    slow = fast = before = start
    product, factor, length = 1, 1, 1
    while factor == 1:
        slow = fast
        for _ in range(length):
            fast = (fast * fast + shift) % number
        done = 0
        while done < length and factor == 1:
            before = fast
            batch = min(RHO_BATCH, length - done)
            for _ in range(batch):
                fast = (fast * fast + shift) % number
                product = product * abs(slow - fast) % number
            factor = math.gcd(product, number)
            done += batch
        if (steps := steps - 2 * length) < 0 and factor == 1:
            return None
        length *= 2
    if factor == number:  # the batch held all factors: its steps again, one at a time
        factor = 1
        while factor == 1:
            before = (before * before + shift) % number
            factor = math.gcd(abs(slow - before), number)
    return factor


def prime_factors(number):
    """The prime factors of a positive number in ascending order; None when rho finds none within its steps."""
    factors = []
    for prime in SMALL_PRIMES:
        if prime * prime > number:
            break
        while number % prime == 0:
            factors.append(prime)
            number //= prime
    composites, choices = [number] if number > 1 else [], random.Random(number)
    while composites:
        number = composites.pop()
        if number < SMALL_PRIME_BOUND * SMALL_PRIME_BOUND or is_prime(number):
            factors.append(number)
            continue
        factor = number
        while factor == number:
            factor = _rho(number, choices.randrange(1, number - 2), choices.randrange(number), MOST_RHO_STEPS)
            if factor is None:
                return None
        composites += [factor, number // factor]
    return sorted(factors)
