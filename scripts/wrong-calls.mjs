#!/usr/bin/env node
/**
 * Calls every function, constructor and method of the package with wrong arguments, derived from its declaration files: values of
 * every wrong kind for each argument and option, misspelt options, and missing arguments (`npm run build` first).
 *
 *     node scripts/wrong-calls.mjs              all entries
 *     node scripts/wrong-calls.mjs text         one
 *     node scripts/wrong-calls.mjs . --all      prints every finding, not one per kind
 *
 * A wrong call must throw an error of the library that says what was expected. It reports errors thrown by the engine, calls that
 * never end, and misspelt options or values of the wrong type that are accepted. The exit code is 1 if there are any.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const root = new URL('../', import.meta.url);
const HANGS = 20_000;

if (isMainThread) await main();
else await work(workerData);

async function main() {
  // Some calls write files.
  process.chdir(mkdtempSync(join(tmpdir(), 'wrong-calls-')));
  const args = process.argv.slice(2);
  const only = args.filter((arg) => !arg.startsWith('--'));
  const all = args.includes('--all');
  const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const entries = Object.keys(exports).filter(
    (name) => exports[name].import && (only.length === 0 || only.includes(name.replace('./', ''))),
  );
  const findings = [];
  let calls = 0;
  let unbased = [];
  for (const entry of entries) {
    const skip = [];
    for (let ended = false; !ended; ) ended = await runEntry(entry, skip);
  }
  async function runEntry(entry, skip) {
    const worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: { entry, skip },
      execArgv: ['--unhandled-rejections=warn'],
    });
    let current = '';
    let timer;
    return new Promise((resolve) => {
      const watch = () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          findings.push({ kind: 'no end', call: current, what: `${HANGS / 1000} s` });
          skip.push(current);
          void worker.terminate();
          resolve(skip.length > 20);
        }, HANGS);
      };
      watch();
      worker.on('message', (message) => {
        watch();
        if (message.at !== undefined) current = message.at;
        if (message.finding !== undefined) findings.push(message.finding);
        if (message.calls !== undefined) {
          calls += message.calls;
          unbased = [...unbased, ...message.unbased];
          clearTimeout(timer);
          resolve(true);
          void worker.terminate();
        }
      });
      worker.on('error', (error) => {
        clearTimeout(timer);
        findings.push({ kind: 'a crash', call: current, what: String(error.stack ?? error) });
        skip.push(current);
        resolve(skip.length > 20);
      });
    });
  }
  const shown = new Map();
  for (const { kind, call, what } of findings) {
    const group = all ? call + kind : `${kind}: ${call.replace(/ = .*/, '')}`;
    const own = shown.get(group) ?? { line: `${kind}: ${call} → ${what}`, count: 0 };
    own.count++;
    shown.set(group, own);
  }
  for (const { line, count } of shown.values())
    console.log(count > 1 ? `${line} (and ${count - 1} alike)` : line);
  if (unbased.length > 0) console.log(`without a valid call to start from: ${unbased.join('; ')}`);
  const kinds = new Map();
  for (const { kind } of findings) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  console.log(
    `${calls} wrong calls of ${entries.length} entries, ${findings.length} findings${Array.from(kinds, ([kind, of]) => `, ${of} of ${kind}`).join('')}`,
  );
  process.exit(findings.length === 0 ? 0 : 1);
}

async function work({ entry, skip }) {
  const { declarationsOf, describeType, methodsOf, parametersOf, recordOf } = await import(
    './calls/declarations.mjs'
  );
  const { exempt, kindOf, makers, wrongValues } = await import('./calls/values.mjs');
  const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const load = (name) => import(new URL(exports[name].import.default, root));
  const [rc, matrix, text, module] = await Promise.all([
    load('.'),
    load('./matrix'),
    load('./text'),
    load(entry),
  ]);
  const { checker, entries } = declarationsOf([fileURLToPath(new URL(exports[entry].import.types, root))]);
  const { bases, byType } = makers({ rc, matrix, text });

  let calls = 0;
  const unbased = [];
  process.on('unhandledRejection', (error) => report('an unhandled rejection', 'an earlier call', error));
  const report = (kind, call, what) =>
    parentPort.postMessage({ finding: { kind, call, what: shortened(what) } });
  const shortened = (what) => {
    const [message, ...frames] = String(what?.stack ?? what).split('\n    at ');
    return `${message.slice(0, 160)}${frames.length > 0 ? ` (${frames[0].split(' (')[0]})` : ''}`;
  };

  /** A valid value of a type, if one can be made. */
  function right(type, depth = 0) {
    if (depth > 6) return undefined;
    const described = describeType(checker, type);
    for (const one of [type, described.type, ...described.objects]) {
      const name = one.aliasSymbol?.name ?? one.symbol?.name;
      if (name !== undefined && Object.hasOwn(byType, name)) return byType[name]();
    }
    const { kinds, words, objects } = described;
    if (words !== undefined && words.size > 0) return [...words][0];
    if (kinds.has('number')) return 1;
    if (kinds.has('boolean')) return true;
    if (kinds.has('string') && objects.length === 0) return 'a b';
    if (kinds.has('function'))
      return () =>
        right(
          objects
            .find((of) => of.getCallSignatures().length > 0)
            ?.getCallSignatures()[0]
            ?.getReturnType() ?? type,
          depth + 1,
        );
    const record = recordOf(checker, described);
    if (record !== undefined && !kinds.has('array'))
      return Object.fromEntries(
        record.filter((part) => !part.optional).map((part) => [part.name, right(part.type, depth + 1)]),
      );
    const [list] = objects;
    const element = list && checker.getIndexTypeOfType(list, 1 /* number */);
    if (element !== undefined) return [right(element, depth + 1)];
    if (list !== undefined && checker.getTypeArguments(list).length > 0)
      return [right(checker.getTypeArguments(list)[0], depth + 1)];
    if (kinds.has('undefined')) return undefined;
    return kinds.has('object') ? {} : undefined;
  }

  const argumentsOf = (name, parameters) =>
    Object.hasOwn(bases, name)
      ? bases[name]()
      : parameters.filter(({ optional }) => !optional).map(({ type }) => right(type));

  async function settle(call) {
    const result = call();
    if (typeof result?.next === 'function' && typeof result[Symbol.asyncIterator] === 'function') {
      for (let i = 0; i < 3; i++) if ((await result.next()).done) break;
      await result.return?.();
    } else if (typeof result?.then === 'function') return await result;
    return result;
  }

  /** The outcome of a wrong call; `undefined` if it fails as it should. */
  async function attempt(at, call, accepted) {
    if (skip.includes(at) || exempt.some((pattern) => pattern.test(at))) return;
    calls++;
    if (calls % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    parentPort.postMessage({ at });
    try {
      await settle(call);
    } catch (error) {
      if (!(error instanceof Error) || !/: .*expected /s.test(error.message))
        report('an error of the engine', at, error);
      return;
    }
    if (accepted !== undefined) report(accepted, at, 'no error');
  }

  /** The wrong values for a type: `[name, value, whether it may be accepted]`. */
  function wrongFor(type, optional) {
    const { kinds, words, objects } = describeType(checker, type);
    return wrongValues.map(([name, make]) => {
      const kind = kindOf(make());
      let may = kinds.has('any') || kinds.has(kind) || (kind === 'undefined' && optional);
      if (kind === 'string' && words !== undefined && words.size > 0 && !words.has(make())) may = false;
      // Empty objects are refused if a member is required; other objects are not examined further.
      if (kind === 'object' && name === '{}' && objects.length > 0 && objects.every((of) => needed(of)))
        may = kinds.has('any');
      return [name, make, may];
    });
  }
  const needed = (type) =>
    type.getCallSignatures().length > 0 ||
    checker
      .getPropertiesOfType(type)
      .some(
        (of) =>
          !((of.flags & 16777216) /* Optional */) &&
          checker.getTypeOfSymbol(of).getCallSignatures().length === 0,
      );

  /** Tries all wrong calls of one function; `prepare` returns a fresh function to call. */
  async function tryAll(name, signatures, prepare) {
    for (const signature of signatures) {
      // Functions with an arena parameter are called by the engine with checked values.
      if (signature.getParameters().some((of) => checker.getTypeOfSymbol(of).symbol?.name === 'Arena'))
        continue;
      const parameters = parametersOf(checker, signature);
      if (parameters.length === 0) continue;
      const base = () => argumentsOf(name, parameters);
      const based = await settle(() => prepare()(...base())).then(
        () => true,
        (error) => {
          unbased.push(`${name} (${String(error.message ?? error).slice(0, 100)})`);
          return false;
        },
      );
      for (const [i, { name: argument, type, optional, rest }] of parameters.entries()) {
        const with_ = (value) => {
          const list = base();
          while (list.length < i) list.push(undefined);
          if (rest) list.splice(i, list.length, value);
          else list[i] = value;
          return list;
        };
        const others = signatures.map((of) => parametersOf(checker, of)[i]);
        const mayOf = (of, shown) =>
          of === undefined
            ? shown === 'undefined'
            : wrongFor(of.type, of.optional).some(([name, , may]) => may && name === shown);
        for (const [shown, make, may] of wrongFor(
          rest ? (checker.getIndexTypeOfType(type, 1) ?? type) : type,
          optional,
        ))
          await attempt(
            `${name}: ${argument} = ${shown}`,
            () => prepare()(...with_(make())),
            based && !may && !(signatures.length > 1 && others.some((of) => mayOf(of, shown)))
              ? 'a value of another kind'
              : undefined,
          );
        await tryRecord(
          name,
          argument,
          type,
          based,
          () => base()[i],
          (value) => prepare()(...with_(value)),
        );
      }
    }
  }

  /** Tries each option of a record with wrong values, and misspelt. */
  async function tryRecord(name, path, type, based, right_, call, depth = 0) {
    const record = recordOf(checker, describeType(checker, type));
    const typeName = type.aliasSymbol?.name ?? type.symbol?.name ?? '__type';
    const isOptions =
      /(Options|Input|Inputs|Validation|Examples)$|^__type$|^Pick$|^Omit$/.test(typeName) ||
      type.isIntersection();
    if (record === undefined || depth > 1 || !(isOptions || /^(Tensor|Indices|Batch)$/.test(typeName)))
      return;
    const own = () => {
      const value = right_();
      return typeof value === 'object' && value !== null ? { ...value } : {};
    };
    for (const part of record) {
      for (const [shown, make, may] of wrongFor(part.type, part.optional)) {
        if (part.name === 'state' && shown === '{}') continue;
        await attempt(
          `${name}: ${path}.${part.name} = ${shown}`,
          () => call({ ...own(), [part.name]: make() }),
          based && !may ? 'a value of another kind' : undefined,
        );
      }
      await tryRecord(
        name,
        `${path}.${part.name}`,
        part.type,
        based,
        () => own()[part.name],
        (value) => call({ ...own(), [part.name]: value }),
        depth + 1,
      );
    }
    if (!isOptions) return;
    const names = record.map((part) => part.name);
    for (const part of names)
      for (const wrong of [`${part}x`, part.slice(0, -1), part.toUpperCase(), 'lr'])
        if (!names.includes(wrong) && wrong !== '')
          await attempt(
            `${name}: ${path}.${wrong} = 1`,
            () => call({ ...own(), [wrong]: 1 }),
            based ? 'a misspelt option' : undefined,
          );
  }

  for (const { name, isClass, abstract, signatures, statics, made } of entries[0]) {
    const value = module[name];
    if (value === undefined) continue;
    if (!isClass) {
      await tryAll(name, signatures, () => value);
      continue;
    }
    const hidden = (of) => of.getJsDocTags().some((tag) => tag.name === 'internal');
    const open = signatures.filter(
      (of) =>
        !hidden(of) &&
        of.declaration !== undefined &&
        (of.declaration.modifiers ?? []).every((m) => m.getText() !== 'private'),
    );
    if (!abstract)
      await tryAll(
        name,
        open,
        () =>
          (...list) =>
            new value(...list),
      );
    for (const method of statics)
      await tryAll(
        `${name}.${method.name}`,
        method.signatures,
        () =>
          (...list) =>
            value[method.name](...list),
      );
    const make = () =>
      Object.hasOwn(byType, name)
        ? byType[name]()
        : new value(...argumentsOf(name, parametersOf(checker, open[0])));
    try {
      make();
    } catch (error) {
      unbased.push(`${name} (${String(error.message).slice(0, 80)})`);
      continue;
    }
    for (const method of methodsOf(checker, made)) {
      const seen = method.signatures.filter((of) => !hidden(of));
      await tryAll(`${name}#${method.name}`, seen, () => {
        const instance = make();
        return (...list) => instance[method.name](...list);
      });
    }
  }
  // The library still works after all wrong calls.
  const { output } = new rc.Dense({ inputSize: 1, outputSize: 2 }).infer(rc.tensor([[1]]));
  if (output.data.length !== 2) report('a library that is broken', 'afterwards', 'Dense.infer');
  parentPort.postMessage({ calls, unbased });
}
