// SPDX-License-Identifier: MIT
// Parameters of the NIST curves (FIPS 186-4 D.1.2, SEC 2): one entry per curve. All have a = -3
// and cofactor 1, on which crypto/ecdsa.ts relies.

export interface Curve {
  /** Octets of one coordinate and of one half of a signature. */
  readonly byteLength: number;
  /** The field's prime. */
  readonly p: bigint;
  /** The prime order of the base point. */
  readonly n: bigint;
  readonly b: bigint;
  readonly x: bigint;
  readonly y: bigint;
}

export const P256: Curve = {
  byteLength: 32,
  p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};
