// SPDX-License-Identifier: MIT
// The three functions of the metadata proposal that @peculiar/x509 needs before it loads; the package
// that usually brings them is not among our dependencies.
const metadata = new WeakMap<object, Map<unknown, unknown>>();
const own = (key: unknown, target: object): unknown => metadata.get(target)?.get(key);

Object.assign(Reflect, {
  defineMetadata: (key: unknown, value: unknown, target: object): void => {
    metadata.set(target, (metadata.get(target) ?? new Map<unknown, unknown>()).set(key, value));
  },
  getOwnMetadata: own,
  getMetadata: (key: unknown, target: object): unknown => {
    for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at) as object | null) {
      if (metadata.get(at)?.has(key) === true) return own(key, at);
    }
    return undefined;
  },
});
