/** Converts tokens to text: the decoders and post-processors of a `tokenizer.json`. */
import { fromByteCharacters } from './byte-level.ts';
import type { Part } from './reader.ts';

/** Rewrites the tokens; the result is joined. */
export type Decoder = (tokens: readonly string[]) => readonly string[];

const KNOWN = ['BPEDecoder', 'ByteFallback', 'ByteLevel', 'Fuse', 'Metaspace', 'Replace', 'Sequence', 'Strip', 'WordPiece']; // biome-ignore format: one list
const KNOWN_PROCESSORS = [
  'BertProcessing',
  'ByteLevel',
  'RobertaProcessing',
  'Sequence',
  'TemplateProcessing',
];

/** Reads the field `decoder`; the default joins tokens with spaces. */
export function decoderOf(part: Part | undefined): Decoder {
  if (part === undefined) return (tokens) => [tokens.join(' ')];
  const type = part.string('type');
  switch (type) {
    case 'Sequence': {
      const steps = part.parts('decoders').map(decoderOf);
      return (tokens) => steps.reduce((done, step) => step(done), tokens);
    }
    case 'ByteLevel':
      return (tokens) => [fromByteCharacters(tokens)];
    case 'ByteFallback':
      return fromByteTokens;
    case 'Fuse':
      return (tokens) => [tokens.join('')];
    case 'Replace': {
      const [pattern, content] = [part.pattern(), part.string('content')];
      return (tokens) => tokens.map((token) => token.replace(pattern, () => content));
    }
    case 'Strip': {
      const [content, start, stop] = [part.string('content'), part.count('start', 0), part.count('stop', 0)];
      return (tokens) => tokens.map((token) => stripped(token, content, start, stop));
    }
    case 'Metaspace': {
      const mark = part.string('replacement', '▁');
      const scheme = part.string('prepend_scheme', part.flag('add_prefix_space', true) ? 'always' : 'never');
      return (tokens) =>
        tokens.map((token, i) => {
          const spaced = token.replaceAll(mark, ' ');
          return i === 0 && scheme !== 'never' && spaced.startsWith(' ') ? spaced.slice(1) : spaced;
        });
    }
    case 'WordPiece': {
      const [prefix, cleanup] = [part.string('prefix', '##'), part.flag('cleanup', true)];
      return (tokens) =>
        tokens.map((token, i) => {
          const joined =
            i > 0 && token.startsWith(prefix) ? token.slice(prefix.length) : `${i > 0 ? ' ' : ''}${token}`;
          return cleanup ? cleaned(joined) : joined;
        });
    }
    case 'BPEDecoder': {
      const suffix = part.string('suffix', '</w>');
      return (tokens) =>
        tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? '' : ' '));
    }
    default:
      return part.unsupported('decoder', KNOWN);
  }
}

function stripped(token: string, content: string, start: number, stop: number): string {
  let [from, to] = [0, token.length];
  for (let i = 0; i < start && token.startsWith(content, from); i++) from += content.length;
  for (let i = 0; i < stop && to - content.length >= from && token.endsWith(content, to); i++)
    to -= content.length;
  return token.slice(from, to);
}

/** Decodes runs of byte tokens such as `<0xE2>`; each invalid byte becomes U+FFFD. */
function fromByteTokens(tokens: readonly string[]): string[] {
  const done: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length === 0) return;
    try {
      done.push(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes)));
    } catch {
      done.push('\uFFFD'.repeat(bytes.length));
    }
    bytes = [];
  };
  for (const token of tokens) {
    if (/^<0x[0-9A-F]{2}>$/.test(token)) bytes.push(Number.parseInt(token.slice(3, 5), 16));
    else {
      flush();
      done.push(token);
    }
  }
  flush();
  return done;
}

/** Removes the spaces that tokenizing English adds before punctuation. */
function cleaned(text: string): string {
  return text
    .replace(/ ([.?!,])/g, '$1')
    .replace(/ ' /g, "'")
    .replace(/ (n't|'m|'s|'ve|'re)/g, '$1')
    .replace(/ do not/g, " don't");
}

/** The special tokens around one text, from the field `post_processor`. */
export function surroundingsOf(part: Part | undefined): { before: number[]; after: number[] } {
  const none = { before: [], after: [] };
  if (part === undefined) return none;
  switch (part.string('type')) {
    case 'ByteLevel':
      return none;
    case 'Sequence':
      return part.parts('processors').map(surroundingsOf).reduce((inner, outer) => ({
        before: [...outer.before, ...inner.before],
        after: [...inner.after, ...outer.after],
      }), none); // biome-ignore format: a fold
    case 'BertProcessing':
    case 'RobertaProcessing': {
      const index = (name: string) => {
        const value = part.list(name)[1];
        return Number.isSafeInteger(value) ? (value as number) : part.refuse(name, '[token, index]');
      };
      return { before: [index('cls')], after: [index('sep')] };
    }
    case 'TemplateProcessing':
      return template(part);
    default:
      return part.unsupported('post-processor', KNOWN_PROCESSORS);
  }
}

function template(part: Part): { before: number[]; after: number[] } {
  const specials = part.part('special_tokens');
  const [before, after]: [number[], number[]] = [[], []];
  let side = before;
  for (const element of part.parts('single')) {
    if (element.has('Sequence')) {
      side = after;
      continue;
    }
    const special = specials.part(element.part('SpecialToken').string('id'));
    for (const index of special.list('ids'))
      side.push(Number.isSafeInteger(index) ? (index as number) : special.refuse('ids', 'indices'));
  }
  return { before, after };
}
