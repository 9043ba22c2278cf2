import { factsOf } from './check-facts.ts'
import { type Check, perFile } from './check.ts'
import { isTestPath } from './file-roles.ts'
import { withoutMoved } from './moved-lines.ts'
import { applyRules, type PatternRule } from './pattern-rules.ts'

interface Told {
  /** What is no longer reported. */
  silences: string
  /** Whether this match names the one rule that it silences: then it is a decision, not a blanket. */
  isSpecific?: (rest: string) => boolean
}

const always = () => true
const namesRule = (rest: string) =>
  /^\s*[\w@:=([]/.test(rest.replace(/^-?(?:next-line|line|next|this)\b/, '')) && !/^\s*(?:all\b|-)/.test(rest)

const suppression = (
  rule: Pick<PatternRule, 'languages' | 'layer' | 'pattern'>,
  { silences, isSpecific = namesRule }: Told,
): PatternRule => ({
  ...rule,
  tell({ passage, index, groups }) {
    const layer = (rule.layer === 'text' ? passage.text : passage[rule.layer]) ?? ''
    const start = index + (groups[0]?.length ?? 0)
    const rest = layer.slice(start, start + 200).split('\n')[0] ?? ''
    const mark = (groups.slice(1).find((group) => group !== undefined) ?? groups[0] ?? '').replace(/\s+/g, ' ').trim()
    const milder = isSpecific(rest)
    return {
      title: `${mark} silences ${silences}`,
      message: `${milder ? 'What is wrong here' : 'Everything that is wrong here, now and later,'} is no longer reported by ${silences}. Repair the cause, or say next to it why it is right.`,
      milder,
    }
  },
})

const comment = (pattern: RegExp, told: Told, languages: readonly string[] | null = null) =>
  suppression({ languages, layer: 'comments', pattern }, told)
const code = (languages: readonly string[], pattern: RegExp, told: Told) => suppression({ languages, layer: 'code', pattern }, told)

const script = ['javascript', 'component']
const never = () => false

/** What silences a tool, in each language. */
export const suppressionRules: readonly PatternRule[] = [
  comment(/(?:\/\/|\/\*)[\s*]{0,20}(eslint-disable(?:-next-line|-line)|oxlint-disable(?:-next-line|-line))(?![\w-])/g, {
    silences: 'the linter',
  }),
  comment(/(?:\/\/|\/\*)[\s*]{0,20}(eslint-disable|oxlint-disable|tslint:disable|jshint ignore|standard-disable)(?![\w-])/g, {
    silences: 'the linter for the file',
    isSpecific: namesRule,
  }),
  comment(
    /(?:\/\/|\/\*|<!--|#)[\s*]{0,20}(tslint:disable-(?:next-line|line)|biome-ignore(?:-all|-start)?|deno-lint-ignore(?:-file)?|rslint-disable[\w-]*)(?![\w-])/g,
    { silences: 'the linter' },
  ),
  comment(/(?<=^[\s/*{]{0,200})(@ts-ignore)\b/gm, { silences: 'the type checker', isSpecific: never }, script),
  comment(/(?<=^[\s/*{]{0,200})(@ts-nocheck)\b/gm, { silences: 'the type checker for the file', isSpecific: never }, script),
  comment(
    /(?<=^[\s/*{]{0,200})(@ts-expect-error)\b(?!\s{0,20}[:-]{0,3}\s{0,20}\w[^\n]{2})/gm,
    { silences: 'the type checker without saying why', isSpecific: never },
    script,
  ),
  comment(
    /(?:\/\/|\/\*)[\s*!]{0,20}((?:v8|c8|istanbul|node:coverage) (?:ignore|disable)(?: (?:next|file|if|else|start))?)\b/g,
    { silences: 'coverage', isSpecific: always },
    script,
  ),
  comment(/#\s{0,20}(noqa)\b/gi, { silences: 'the linter', isSpecific: (rest) => /^\s*:\s*[A-Z]+\d*/i.test(rest) }, ['python']),
  comment(
    /#\s{0,20}((?:ruff|flake8)\s{0,20}:\s{0,20}noqa)\b/gi,
    { silences: 'the linter for the file', isSpecific: (rest) => /^\s*:\s*[A-Z]+\d+/i.test(rest) },
    ['python'],
  ),
  comment(
    /#\s{0,20}(type:\s{0,20}ignore|pyright:\s{0,20}ignore|ty:\s{0,20}ignore|pyre-(?:ignore|fixme))\b/g,
    { silences: 'the type checker', isSpecific: (rest) => /^\s*\[/.test(rest) },
    ['python'],
  ),
  comment(
    /#\s{0,20}(mypy:\s{0,20}ignore-errors|pyright:\s{0,20}basic)\b/g,
    { silences: 'the type checker for the file', isSpecific: never },
    ['python'],
  ),
  comment(/#\s{0,20}(pylint:\s{0,20}disable(?:-next)?)\b/g, { silences: 'the linter', isSpecific: (rest) => !/^\s*=\s*all\b/.test(rest) }, [
    'python',
  ]),
  comment(/(pragma:\s{0,20}no ?(?:cover|branch)|:nocov:|@codeCoverageIgnore\w*|LCOV_EXCL_\w+)/g, {
    silences: 'coverage',
    isSpecific: always,
  }),
  comment(/#\s{0,20}(nosec)\b|\/\/\s{0,20}(#nosec)\b|(nosemgrep)\b/g, {
    silences: 'the security scanner',
    isSpecific: (rest) => /^\s*[:\s]?\s*[BG]\d{3}|^\s*:\s*\S/.test(rest),
  }),
  comment(
    /(gitleaks:allow|pragma:\s{0,20}(?:allowlist|whitelist) (?:nextline )?secret|secretlint-disable(?:-next-line|-line)?|trufflehog:ignore|ggignore)/g,
    { silences: 'the secret scanner', isSpecific: never },
  ),
  comment(/\/\/\s{0,20}(nolint)\b/g, { silences: 'the linter', isSpecific: (rest) => /^:\s*(?!all\b)\w/.test(rest) }, ['go']),
  comment(/\/\/\s{0,20}(lint:(?:file-)?ignore|revive:disable(?:-line|-next-line)?)\b/g, { silences: 'the linter' }, ['go']),
  code(['rust'], /(#!?\[allow)\s{0,20}\(/g, {
    silences: 'the compiler',
    isSpecific: (rest) => !/^\s*(?:warnings|clippy::all|unused)\b/.test(rest),
  }),
  code(['java', 'kotlin', 'scala', 'groovy'], /(@(?:SuppressWarnings|SuppressFBWarnings|Suppress|nowarn))(?![\w.])/g, {
    silences: 'the compiler',
    isSpecific: always,
  }),
  comment(/\b(NOPMD|NOSONAR|CHECKSTYLE[: ]OFF|noinspection)\b/g, { silences: 'the linter' }),
  code(['csharp'], /(#pragma warning disable)\b/g, { silences: 'the compiler' }),
  code(['csharp'], /(\[(?:assembly:\s{0,20})?SuppressMessage)\b/g, { silences: 'the linter', isSpecific: always }),
  code(['c'], /(#\s{0,20}pragma (?:GCC|clang) diagnostic ignored|#\s{0,20}pragma warning\s{0,20}\(\s{0,20}disable)\b/g, {
    silences: 'the compiler',
    isSpecific: always,
  }),
  comment(
    /\b(NOLINT(?:NEXTLINE|BEGIN)?|cppcheck-suppress)\b/g,
    { silences: 'the linter', isSpecific: (rest) => /^\s*[([]?\s*[a-z*]/.test(rest) },
    ['c'],
  ),
  comment(
    /(?<=^ {0,500})#\s{0,20}((?:rubocop|standard)\s{0,20}:\s{0,20}(?:disable|todo))\b/gm,
    { silences: 'the linter', isSpecific: (rest) => !/^\s*all\b/.test(rest) },
    ['ruby'],
  ),
  comment(/#\s{0,20}(shellcheck disable)=/g, { silences: 'the linter', isSpecific: (rest) => !/^all\b/.test(rest) }, ['shell', 'config']),
  comment(
    /(@phpstan-ignore(?:-next-line|-line)?|phpcs:(?:ignore|disable|ignoreFile)|@psalm-suppress|@phan-suppress\S{0,60})/g,
    { silences: 'the linter' },
    ['php'],
  ),
  comment(
    /\/\/[ \t]{0,20}(swiftlint:disable(?::(?:next|this|previous))?)\b/g,
    { silences: 'the linter', isSpecific: (rest) => !/^\s*all\b/.test(rest) },
    ['swift'],
  ),
  comment(/\/\/\s{0,20}(ignore(?:_for_file)?:)/g, { silences: 'the linter', isSpecific: always }, ['dart']),
  comment(/(?:\/\/|\/\*|<!--)[\s*]{0,20}(stylelint-disable(?:-next-line|-line)?)(?![\w-])/g, { silences: 'the linter' }),
  comment(
    /(?:#|\/\/|<!--)[ \t]{0,20}(yamllint disable(?:-line)?|hadolint (?:global )?ignore|tflint-ignore|tfsec:ignore|checkov:skip|trivy:ignore|kics-scan ignore|markdownlint-disable\S{0,40}|zizmor: ignore)/g,
    { silences: 'the linter', isSpecific: (rest) => /^\s*[:=[\s]\s*\S/.test(rest) },
  ),
  code(script, /(\bas any)\b/g, { silences: 'the type checker', isSpecific: always }),
  code(script, /(\bas unknown as)\b/g, { silences: 'the type checker', isSpecific: always }),
  code(script, /(?<=[\w)\]?}])(:[ \t]{0,20}any)\b(?![ \t]{0,20}[.(:'"])(?:\[\])*(?=\s{0,80}[,;)=|&{}>\n]|\s{0,80}$)/g, {
    silences: 'the type checker',
    isSpecific: always,
  }),
  code(script, /(<any>|<any\[\]>|,[ \t]{0,20}any>)/g, { silences: 'the type checker', isSpecific: always }),
]

const typeMarks = /^(?:as any|as unknown as|: ?any|<any|, ?any)/

/** Comments, attributes and casts that keep a tool from speaking. One that names its rule is milder than a blanket. */
export const suppressions: Check = {
  ...factsOf('suppressions'),
  async run(context) {
    const run = perFile(async (file) => {
      const found = await applyRules(file, context, suppressionRules)
      // Tests pass half-built objects to what they test all the time.
      return isTestPath(file.path) ? found.filter(({ title }) => !typeMarks.test(title)) : found
    }, 'handwritten')
    return withoutMoved(await run(context), context.change)
  },
}
