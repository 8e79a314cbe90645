/**
 * The additions of `npm run docs` to typedoc: navigation by task, guides under their own titles, mathematics, and pages of the
 * sources.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { katex } from '@mdit/plugin-katex';
import type MarkdownIt from 'markdown-it';
import {
  Application,
  CommentTag,
  type Context,
  Converter,
  type DeclarationReflection,
  DefaultTheme,
  type DocumentReflection,
  JSX,
  KindRouter,
  type NavigationElement,
  PageEvent,
  type ProjectReflection,
  type Reflection,
  ReflectionKind,
  Renderer,
  type RendererEvent,
} from 'typedoc';
import { categories, categoryOf } from './categories.ts';
import { guides } from './guides.ts';
import { equations, isEquations } from './mathematics.ts';
import { buildPlayground } from './playground.ts';
import { renderSource, sourcePage } from './sources.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The public address of the sources, from package.json; if undefined, the site shows its own copy. */
const repository = repositoryOf(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

function repositoryOf({ repository }: { repository?: string | { url: string } }): string | undefined {
  const url = typeof repository === 'string' ? repository : repository?.url;
  return url?.replace(/^git\+|\.git$/g, '');
}

/** The file of a document below `docs`, without its extension. */
const files = new Map<Reflection, string>();

class SiteRouter extends KindRouter {
  protected override getIdealBaseName(reflection: Reflection): string {
    const file = files.get(reflection);
    if (file === undefined) return super.getIdealBaseName(reflection);
    return file.endsWith('README') ? `guides/${basename(dirname(file))}` : `guides/${basename(file)}`;
  }
}

const VALUES = ReflectionKind.Class | ReflectionKind.Function | ReflectionKind.Variable;

class SiteTheme extends DefaultTheme {
  override buildNavigation(project: ProjectReflection): NavigationElement[] {
    const link = (of: DeclarationReflection | DocumentReflection): NavigationElement => ({
      text: of.name,
      path: this.router.getFullUrl(of),
      kind: of.kind,
      class: this.getReflectionClasses(of),
    });
    const byFile = new Map([...files].map(([document, file]) => [file, document as DocumentReflection]));
    const documents = guides.map(({ title, files: members }) => ({
      text: title,
      children: members.map((file) => link(byFile.get(file)!)),
    }));
    const modules = project.getChildrenByKind(ReflectionKind.Module);
    const exported = modules
      .flatMap(({ children = [] }) => children)
      .filter(({ kind }) => kind !== ReflectionKind.Reference);
    const groups = categories.map((category) => {
      const members = exported.filter((of) => categoryOfReflection(of) === category);
      const types = members.filter((of) => !of.kindOf(VALUES)).map(link);
      const folder = types.length > 0 ? [{ text: 'Types', children: types }] : [];
      return {
        text: category,
        children: [...members.filter((of) => of.kindOf(VALUES)).map(link), ...folder],
      };
    });
    return [...documents, ...groups, { text: 'Entries', children: modules.map(link) }];
  }
}

function categoryOfReflection(of: DeclarationReflection): string {
  return categoryOf(relative(root, join(root, of.sources![0]!.fileName)));
}

/** Gives each export the category of its folder, by the tag that typedoc groups by. */
function categorize({ project }: Context): void {
  for (const of of project
    .getChildrenByKind(ReflectionKind.Module)
    .flatMap(({ children = [] }) => children)) {
    if (of.kind === ReflectionKind.Reference) continue;
    const comment = of.comment ?? of.signatures?.[0]?.comment;
    comment?.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: categoryOfReflection(of) }]));
  }
}

/** A document takes its name from its first heading. */
function nameDocument(document: DocumentReflection): void {
  const path = document.project.files.getReflectionPath(document)!;
  files.set(document, relative(join(root, 'docs'), path).replace(/\.md$/, ''));
  const heading = /^# (.+)$/m.exec(document.content.map(({ text }) => text).join(''));
  if (heading !== null) document.name = heading[1]!.replace(/`/g, '');
}

function mathematics(parser: MarkdownIt): void {
  parser.use(katex, { throwOnError: true });
  const indented = parser.renderer.rules.code_block!;
  parser.renderer.rules.code_block = (tokens, i, options, env, self) => {
    const { content } = tokens[i]!;
    return isEquations(content) ? equations(content) : indented(tokens, i, options, env, self);
  };
}

/** KaTeX's style and fonts, and the pages of all sources that have a link. */
function addFiles({ outputDirectory }: RendererEvent, linked: ReadonlySet<string>): void {
  const from = dirname(createRequire(import.meta.url).resolve('katex/dist/katex.min.css'));
  const to = join(outputDirectory, 'assets/katex');
  cpSync(join(from, 'katex.min.css'), join(to, 'katex.min.css'));
  cpSync(join(from, 'fonts'), join(to, 'fonts'), {
    recursive: true,
    filter: (path) => !/\.(?:ttf|woff)$/.test(path),
  });
  for (const file of linked) {
    const page = join(outputDirectory, sourcePage(file));
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(page, renderSource(file, readFileSync(join(root, file), 'utf8')));
  }
}

export function load(app: Application): void {
  app.renderer.defineRouter('site', SiteRouter);
  app.renderer.defineTheme('site', SiteTheme);
  // The options file is read only now, and would replace an earlier value.
  app.on(Application.EVENT_BOOTSTRAP_END, () => app.options.setValue('markdownItLoader', mathematics));
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => nameDocument(document));
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, categorize);
  const linked = new Set<string>();
  app.renderer.on(PageEvent.END, (page) => {
    const up = '../'.repeat(page.url.split('/').length - 1);
    const to = (file: string) => {
      if (repository !== undefined) return `${repository}/blob/main/${file}`;
      linked.add(file);
      return up + sourcePage(file);
    };
    const media = page.project.files.getNameToAbsoluteMap();
    page.contents = page
      .contents!.replace(/href="source:([^"#]+)/g, (_, file: string) => `href="${to(file)}`)
      .replace(/href="site:/g, `href="${up}`)
      // Code that guides link to would be copied unchanged, and shown without a charset.
      .replace(
        /href="(?:\.\.\/)*media\/([^"#]+\.(?:ts|mjs|py))/g,
        (_, name: string) => `href="${to(relative(root, media.get(name)!))}`,
      );
    if (files.get(page.model as Reflection)?.endsWith('.ko'))
      page.contents = page.contents.replace('lang="en"', 'lang="ko"');
  });
  app.renderer.hooks.on('head.end', (context) =>
    JSX.createElement('link', {
      rel: 'stylesheet',
      href: context.relativeURL('assets/katex/katex.min.css'),
    }),
  );
  app.renderer.on(Renderer.EVENT_END, (event) => {
    addFiles(event, linked);
    buildPlayground(event.outputDirectory);
  });
}
