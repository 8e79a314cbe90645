/** Reads the package's declaration files: every function, class and method, and the type of each argument. */
import ts from 'typescript';

/** The exports of each entry: `{ name, signatures }` of functions, `{ name, construct, statics, methods }` of classes. */
export function declarationsOf(files) {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    strict: true,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  return {
    checker,
    entries: files.map((file) => exportsOf(checker, program.getSourceFile(file))),
  };
}

function exportsOf(checker, source) {
  const found = [];
  for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(source))) {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (!(target.flags & ts.SymbolFlags.Value)) continue;
    const type = checker.getTypeOfSymbol(target);
    const isClass = (target.flags & ts.SymbolFlags.Class) !== 0;
    const made = isClass ? checker.getDeclaredTypeOfSymbol(target) : undefined;
    found.push({
      name: symbol.name,
      isClass,
      abstract:
        isClass &&
        target.declarations.some((of) => ts.getCombinedModifierFlags(of) & ts.ModifierFlags.Abstract),
      signatures: isClass ? type.getConstructSignatures() : type.getCallSignatures(),
      statics: isClass ? methodsOf(checker, type) : [],
      made,
    });
  }
  return found;
}

/** The public methods of a type: `{ name, signatures }`. */
export function methodsOf(checker, type) {
  const found = [];
  for (const property of checker.getPropertiesOfType(type)) {
    const { name } = property;
    if (name.startsWith('__') || name === 'prototype') continue;
    const declaration = property.declarations?.[0];
    if (declaration === undefined || declaration.getSourceFile().fileName.includes('/typescript/lib/'))
      continue;
    const modifiers = ts.getCombinedModifierFlags(declaration);
    if (modifiers & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) continue;
    const signatures = checker.getTypeOfSymbol(property).getCallSignatures();
    if (signatures.length > 0 && declaration.kind !== ts.SyntaxKind.PropertySignature)
      found.push({ name, signatures });
  }
  return found;
}

/** The parameters of a signature: `{ name, type, optional, rest }`. */
export function parametersOf(checker, signature) {
  return signature.getParameters().map((parameter) => {
    const declaration = parameter.valueDeclaration;
    const rest = declaration?.dotDotDotToken !== undefined;
    const type = checker.getTypeOfSymbol(parameter);
    return {
      name: parameter.name,
      type,
      optional: rest || checker.isOptionalParameter(declaration) || declaration?.initializer !== undefined,
      rest,
    };
  });
}

/** A type with its type parameters replaced by their constraints. */
export function plain(checker, type) {
  let found = type;
  for (
    let depth = 0;
    depth < 5 &&
    found.flags &
      (ts.TypeFlags.TypeParameter |
        ts.TypeFlags.IndexedAccess |
        ts.TypeFlags.Conditional |
        ts.TypeFlags.Substitution);
    depth++
  ) {
    const base = checker.getBaseConstraintOfType(found);
    if (base === undefined || base === found) break;
    found = base;
  }
  return found;
}

const ITERABLE = /^(Iterable|AsyncIterable|ArrayLike|IterableIterator|Set|ReadonlySet|Map|ReadonlyMap)$/;

/** The values allowed by a type: `kinds` such as number or array, `words` if only some strings are allowed, `parts` of objects. */
export function describeType(checker, given) {
  const type = plain(checker, given);
  const kinds = new Set();
  const words = new Set();
  let anyWord = false;
  const objects = [];
  for (const each of type.isUnion() ? type.types : [type]) {
    const one = plain(checker, each);
    const { flags } = one;
    if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) kinds.add('any');
    else if (flags & ts.TypeFlags.NumberLike) kinds.add('number');
    else if (flags & ts.TypeFlags.StringLike) {
      kinds.add('string');
      if (one.isStringLiteral()) words.add(one.value);
      else anyWord = true;
    } else if (flags & ts.TypeFlags.BooleanLike) kinds.add('boolean');
    else if (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) kinds.add('undefined');
    else if (flags & ts.TypeFlags.Null) kinds.add('null');
    else if (flags & ts.TypeFlags.BigIntLike) kinds.add('bigint');
    else if (flags & ts.TypeFlags.Never) continue;
    else {
      objects.push(one);
      const name = one.symbol?.name ?? '';
      if (one.getCallSignatures().length + one.getConstructSignatures().length > 0) kinds.add('function');
      else if (checker.isArrayType(one) || checker.isTupleType(one)) kinds.add('array');
      else if (ITERABLE.test(name)) {
        kinds.add('object');
        if (!/Map|Set/.test(name)) kinds.add('array');
        if (/^(Iterable|ArrayLike)$/.test(name)) kinds.add('string');
      } else if (flags & ts.TypeFlags.TypeParameter) kinds.add('any');
      else kinds.add('object');
    }
  }
  return { type, kinds, words: anyWord ? undefined : words, objects };
}

/** The properties of an object type that is a record of options or parts; undefined for classes, arrays and functions. */
export function recordOf(checker, { objects, kinds }) {
  const records = objects.filter(
    (type) =>
      type.getCallSignatures().length + type.getConstructSignatures().length === 0 &&
      !checker.isArrayType(type) &&
      !checker.isTupleType(type) &&
      !type.isClass() &&
      !((type.symbol?.flags ?? 0) & ts.SymbolFlags.Class) &&
      !(type.symbol?.declarations ?? []).some((of) =>
        of.getSourceFile().fileName.includes('/typescript/lib/'),
      ) &&
      checker.getIndexInfosOfType(type).length === 0 &&
      checker.getPropertiesOfType(type).length > 0,
  );
  if (records.length !== objects.length || records.length === 0 || kinds.has('any')) return undefined;
  const parts = new Map();
  for (const record of records)
    for (const property of checker.getPropertiesOfType(record)) {
      if (property.declarations?.[0]?.getSourceFile().fileName.includes('/typescript/lib/')) return undefined;
      const type = checker.getTypeOfSymbol(property);
      const optional =
        (property.flags & ts.SymbolFlags.Optional) !== 0 || parts.get(property.name)?.optional === true;
      parts.set(property.name, { name: property.name, type, optional });
    }
  return [...parts.values()];
}
