/** Recognises values of built-in classes from any realm: an iframe or a test sandbox has separate classes. */

interface Builtins {
  readonly Uint8Array: Uint8Array;
  readonly Int32Array: Int32Array;
  readonly Float32Array: Float32Array;
  readonly Float64Array: Float64Array;
  readonly BigInt64Array: BigInt64Array;
  readonly Map: ReadonlyMap<unknown, unknown>;
  readonly Set: ReadonlySet<unknown>;
  readonly RegExp: RegExp;
}

/** Whether a value is an instance of this built-in class. `instanceof` recognises only the current realm's class. */
export function isBuiltin<Name extends keyof Builtins>(
  value: unknown,
  ...names: readonly Name[]
): value is Builtins[Name] {
  // A view's tag is that of its class in any realm; another object can claim any tag.
  if (ArrayBuffer.isView(value)) return names.includes((value as Uint8Array)[Symbol.toStringTag] as Name);
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return names.includes(tag as Name) && !tag.endsWith('Array');
}
