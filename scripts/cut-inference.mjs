/**
 * Writes the sources of `recurrent-cells/inference` into `build/inference`: those of the library without what is marked
 * `@full`, and without what was there for it alone. What it leaves out:
 *
 * - a declaration with the mark: a function, member, parameter, or statement;
 * - a member or parameter that overrides, implements, or is typed by one that is left out;
 * - whatever names something left out: an import, a place in a destructuring, a property, the argument for a parameter, an
 *   assignment to it, a call of it or with it. Where none of these can go it is an error, and a reason to write the source in
 *   another way;
 * - a function or private member that was named by what is left out, and by nothing else.
 *
 * A file that loses nothing, and imports none that does, is not copied but imported from where it is.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const MARK = 'full';
const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');
const target = join(root, 'build/inference');
const entry = join(source, 'inference.ts');

const { options } = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.build.json'), {}, ts.sys);
const program = ts.createProgram([entry], options);
const checker = program.getTypeChecker();
const files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(source));

const nodesOf = new Map(files.map((file) => [file, nodesIn(file)]));
const nodes = [...nodesOf.values()].flat();
const namesOf = references();
const gone = new Set(nodes.filter(isMarked));
for (let before = 0; before !== gone.size; ) {
  before = gone.size;
  for (const node of nodes)
    if (!isGone(node) && (isFollower(node) || isForGoneParameter(node) || isUnnamed(node))) gone.add(node);
  for (const [declaration, names] of namesOf)
    if (isGone(declaration)) for (const name of names) if (!isGone(name)) drop(name);
}
const losers = new Set([...gone].map((node) => node.getSourceFile())).add(program.getSourceFile(entry));
for (const node of nodes) if (isUnusedImport(node)) gone.add(node);
for (const node of nodes) if (isEmptyImport(node)) gone.add(node);
for (const names of namesOf.values()) for (const name of names) complain(name);
await write();

function nodesIn(file) {
  const found = [];
  const visit = (node) => {
    found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The identifiers that name each declaration. */
function references() {
  const found = new Map();
  for (const node of nodes)
    for (const declaration of declarationsOf(node))
      if (declaration.name !== node) found.set(declaration, [...(found.get(declaration) ?? []), node]);
  return found;
}

function declarationsOf(node) {
  if (!ts.isIdentifier(node) && !ts.isPrivateIdentifier(node)) return [];
  const symbol = symbolOf(node);
  if (symbol === undefined) return [];
  const { declarations = [] } =
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return declarations;
}

function symbolOf(node) {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return checker.getShorthandAssignmentValueSymbol(parent);
  if (
    ts.isBindingElement(parent) &&
    ts.isObjectBindingPattern(parent.parent) &&
    node !== parent.initializer
  ) {
    const name = parent.propertyName ?? parent.name;
    if (name === node) return propertyOf(checker.getTypeAtLocation(parent.parent), node);
  }
  return checker.getSymbolAtLocation(node);
}

function propertyOf(type, name) {
  return type && ts.isIdentifier(name)
    ? checker.getPropertyOfType(checker.getNonNullableType(type), name.text)
    : undefined;
}

function isMarked(node) {
  return node.jsDoc?.some(({ tags = [] }) => tags.some(({ tagName }) => tagName.text === MARK)) === true;
}

/** Whether a node, or what it is in, is left out. */
function isGone(node) {
  for (let at = node; at !== undefined; at = at.parent) if (gone.has(at)) return true;
  return false;
}

function isGoneSymbol(symbol) {
  const declarations = symbol?.declarations ?? [];
  return declarations.length > 0 && declarations.every(isGone);
}

/** Whether a member or parameter belongs to one that is left out. */
function isFollower(node) {
  const { parent } = node;
  if (ts.isParameter(node) && ts.isArrowFunction(parent)) {
    const [signature] = checker.getContextualType(parent)?.getNonNullableType().getCallSignatures() ?? [];
    return isGoneSymbol(signature?.parameters[parent.parameters.indexOf(node)]);
  }
  if (node.name === undefined) return false;
  if (isProperty(node)) return isGoneSymbol(propertyOf(checker.getContextualType(parent), node.name));
  if (!ts.isClassElement(node) && !ts.isTypeElement(node)) return false;
  const inherited = (parent.heritageClauses ?? []).flatMap(({ types }) => types);
  return (
    inherited.some((type) => isGoneSymbol(propertyOf(checker.getTypeAtLocation(type), node.name))) &&
    !isNamed(node)
  );
}

/** Whether something that stays names this very declaration. */
function isNamed(declaration) {
  return (namesOf.get(declaration) ?? []).some(
    (name) => !isGone(name) && !isImport(name) && !isIn(name, declaration),
  );
}

function isIn(node, outer) {
  for (let at = node; at !== undefined; at = at.parent) if (at === outer) return true;
  return false;
}

function isImport({ parent }) {
  return ts.isImportSpecifier(parent);
}

function isUnnamed(node) {
  const isPrivate = ts.isClassElement(node) && node.name !== undefined && ts.isPrivateIdentifier(node.name);
  return (isPrivate || ts.isFunctionDeclaration(node)) && namesOf.has(node) && !isNamed(node);
}

/** Whether an import serves nothing any more, in a file that loses something. */
function isUnusedImport(node) {
  if (!ts.isImportSpecifier(node) || !losers.has(node.getSourceFile())) return false;
  const symbol = checker.getSymbolAtLocation(node.name);
  return nodesOf
    .get(node.getSourceFile())
    .every(
      (name) => !ts.isIdentifier(name) || name === node.name || isGone(name) || symbolOf(name) !== symbol,
    );
}

function isEmptyImport(node) {
  const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : undefined;
  return bindings?.elements.every(isGone);
}

function isForGoneParameter(node) {
  const { parent } = node;
  if (!parent || !(ts.isCallExpression(parent) || ts.isNewExpression(parent))) return false;
  const at = parent.arguments?.indexOf(node) ?? -1;
  return at >= 0 && isGoneSymbol(checker.getResolvedSignature(parent)?.parameters[at]);
}

/** Leaves out what names something that is left out, if it can. */
function drop(name) {
  if (!declarationsOf(name).every(isGone)) return;
  for (let at = name; at !== undefined; at = at.parent) {
    const goes =
      ts.isImportSpecifier(at) ||
      ts.isExportSpecifier(at) ||
      ts.isBindingElement(at) ||
      isProperty(at) ||
      ts.isTypeElement(at) ||
      ts.isPropertyDeclaration(at) ||
      (ts.isExpressionStatement(at) && isAbout(at.expression, name));
    if (goes) gone.add(at);
    if (goes || ts.isStatement(at) || ts.isFunctionLike(at)) return;
  }
}

/** Whether an expression assigns to what is named, calls it, or calls something with it. */
function isAbout(expression, name) {
  const named = ts.isPropertyAccessExpression(name.parent) && name.parent.name === name ? name.parent : name;
  if (ts.isBinaryExpression(expression)) return expression.left === named;
  return (
    ts.isCallExpression(expression) &&
    (expression.expression === named || expression.arguments.includes(named))
  );
}

/** Whether it is a property in an object literal. */
function isProperty(node) {
  return node.parent !== undefined && ts.isObjectLiteralExpression(node.parent);
}

function complain(name) {
  if (isGone(name) || !declarationsOf(name).every(isGone)) return;
  const file = name.getSourceFile();
  const line = file.getLineAndCharacterOfPosition(name.getStart()).line + 1;
  throw new Error(
    `${relative(root, file.fileName)}:${line} names ${name.text}, which is left out, and cannot be left out itself`,
  );
}

async function write() {
  for (let before = 0; before !== losers.size; ) {
    before = losers.size;
    for (const file of files)
      if (importsOf(file).some(({ imported }) => losers.has(imported))) losers.add(file);
  }
  await rm(target, { recursive: true, force: true });
  for (const file of losers) {
    const path = join(target, relative(source, file.fileName));
    const edits = importsOf(file)
      .filter(({ specifier, imported }) => !losers.has(imported) && !isGone(specifier))
      .map(({ specifier, imported }) => ({
        start: specifier.getStart(),
        end: specifier.end,
        text: `'${relative(dirname(path), imported.fileName)}'`,
      }));
    const find = (node) => {
      if (gone.has(node)) edits.push({ ...extent(node), text: '' });
      else ts.forEachChild(node, find);
    };
    find(file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, edited(file.text, edits));
  }
}

function importsOf(file) {
  return file.statements.flatMap(({ moduleSpecifier: specifier }) =>
    specifier
      ? [{ specifier, imported: program.getSourceFile(join(dirname(file.fileName), specifier.text)) }]
      : [],
  );
}

/** From the end of what precedes a node to its own end, with the comma behind it in a list. */
function extent(node) {
  const [comma] = /^\s*,|/.exec(node.getSourceFile().text.slice(node.end));
  return { start: node.pos, end: node.end + comma.length };
}

function edited(text, edits) {
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((all, { start, end, text: by }) => all.slice(0, start) + by + all.slice(end), text);
}
