/** Values of built-in classes, whichever realm made them: an iframe or a test runner's sandbox has classes of its own. */

interface Builtins {
  readonly Uint8Array: Uint8Array;
  readonly Int32Array: Int32Array;
  readonly Float32Array: Float32Array;
  readonly Float64Array: Float64Array;
  readonly Map: ReadonlyMap<unknown, unknown>;
  readonly Set: ReadonlySet<unknown>;
  readonly RegExp: RegExp;
}

/** Whether a value is of one of these classes. `instanceof` knows those of its own realm alone. */
export function isBuiltin<Name extends keyof Builtins>(
  value: unknown,
  ...names: readonly Name[]
): value is Builtins[Name] {
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return names.includes(tag as Name) && (ArrayBuffer.isView(value) || !tag.endsWith('Array'));
}
