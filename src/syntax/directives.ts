import type { Language } from './language.ts'

type Family = 'script' | 'c-like' | 'style' | Exclude<Language, 'javascript' | 'typescript' | 'tsx' | 'cpp' | 'c-sharp' | 'java' | 'css'>

const families: Readonly<Partial<Record<Language, Family>>> = {
  javascript: 'script',
  typescript: 'script',
  tsx: 'script',
  cpp: 'c-like',
  'c-sharp': 'c-like',
  java: 'c-like',
  css: 'style',
}

/** What some tool obeys in any language, at the beginning of a line of a comment. */
const obeyedEverywhere: readonly RegExp[] = [
  /^(?:agent|biome|cspell|deno-lint|dprint|knip|markdownlint|oxlint|prettier|rome|secretlint|semgrep|spell-checker|stylelint)[-:]\w/i,
  /^(?:cspell|spell-checker):/i,
  /^(?:-\*-|(?:vim?|ex):\s)/,
]

/** What is obeyed wherever it stands in a comment. */
const obeyedAnywhere = /\b(?:NOSONAR|NOLINT\w*)\b|\bnosec\b/

/** What a compiler, a linter or a build obeys at the beginning of a line of a comment, whose markers are left out here. */
const obeyed: Readonly<Record<Family, readonly RegExp[]>> = {
  script: [
    /^@ts-(?:ignore|expect-error|nocheck|check)\b/,
    /^eslint(?:-\w|\s+[\w@/-]+\s*:)|eslint-(?:dis|en)able/,
    /^(?:tslint:|js[hl]int\s+\w+\s*:)/,
    /^(?:globals?|exported)\s+[\w$]+(?:\s*:\s*\w+)?(?:\s*,\s*[\w$]+(?:\s*:\s*\w+)?)*$/,
    /^(?:istanbul|c8|v8|node:coverage|@?vitest|type-coverage:?)\s*(?:ignore|start|stop|enable|disable)/i,
    /^stryker\s+(?:disable|restore)\b/i,
    /^@?__(?:PURE|NO_SIDE_EFFECTS|INLINE|NOINLINE|KEY)__/,
    /^@(?:jsx\w*|jest-[\w-]+|vitest-[\w-]+|vite-ignore|flow|noflow|format|prettier|noformat|noprettier|internal|generated)\b/,
    /^(?:webpack|turbopack)\w+\s*:/,
    /^<(?:reference|amd-)/,
    /^(?:@\s*)?source(?:Mapping)?URL=/,
    /^\$Flow/,
    /^falls?[ -]?thr(?:ough|u)\b/i,
  ],
  'c-like': [
    /^falls?[ -]?thr(?:ough|u)\b/i,
    /^(?:clang-format|clang-tidy|cppcheck-suppress|IWYU|LCOV_EXCL|GCOVR?_EXCL|coverity\[)/i,
    /^(?:noinspection|checkstyle|CSOFF|CSON|spotless|ReSharper|language=|@formatter)/i,
    /^<\/?auto-?generated/i,
  ],
  style: [/^stylelint-/],
  python: [
    /\bnoqa\b|\bpragma:|^type:\s*\S|#\s*type:|\b(?:pylint|pyright|mypy|flake8|ruff|isort|yapf|fmt|pytype|cython|distutils|bandit):|\bpyre-\w/,
    /^pyre-\w/,
  ],
  go: [/^\+build\b/, /^nolint\b|\bnolint:/, /^lint:\w/, /^Code generated .* DO NOT EDIT\.?$/, /^#?cgo\b/],
  ruby: [
    /^(?:frozen[_-]string[_-]literal|encoding|coding|warn_indent|warn_past_scope|shareable_constant_value|typed)\s*:/i,
    /\b(?:rubocop|standard|steep):/i,
    /^:nocov:|^@rbs\b|^:\s*\(/,
  ],
  rust: [],
  php: [/^(?:phpcs|phpstan|psalm|codingStandards|codeCoverage|infection)[-:@]?\w/i, /^@(?:codeCoverage|phpcs|phpstan|psalm|noinspection)/i],
  bash: [/^shellcheck\s+\w+=/],
}

/** Forms that count only where nothing stands between the marker and the word. */
const obeyedAfterMarker: Readonly<Partial<Record<Language, RegExp>>> = {
  go: /^\/[/*](?:go:|line |export |extern |sys|nolint|[a-z0-9]+:[a-z0-9])/,
  rust: /^\/\/@/,
}

// Documentation tools read these; whatever else a PHP comment marks with @ may be an annotation, which frameworks obey.
const phpDocumentationTags =
  /^@(?:api|author|category|copyright|deprecated|example|extends|filesource|final|global|ignore|implements|inheritDoc|internal|license|link|method|mixin|package|param|property(?:-read|-write)?|return|see|since|source|static|subpackage|template(?:-\w+)?|throws|todo|use|uses|used-by|var|version)\b/i

/** The lines of a comment that something other than a reader obeys, without their markers; empty for plain documentation. */
export function directivesIn(comment: string, language: Language): string[] {
  const first = obeyedAfterMarker[language]?.test(comment) ? [comment.trim()] : []
  const lines = comment.split('\n').map((line) => line.replace(/^[\s/*#!;]+/, '').replace(/[\s*/]+$/, ''))
  return [...first, ...lines.filter((line) => line !== '' && isObeyed(line, language))]
}

function isObeyed(line: string, language: Language): boolean {
  const family = families[language] ?? (language as Family)
  if (obeyedAnywhere.test(line) || obeyedEverywhere.some((pattern) => pattern.test(line))) return true
  if (obeyed[family].some((pattern) => pattern.test(line))) return true
  return language === 'php' && /^@\w/.test(line) && !phpDocumentationTags.test(line)
}

const boundToNextLine =
  /next|ignore|expect|noqa|nosec|nolint|NOSONAR|fmt:|suppress|__|webpack|Flow|rubocop|shellcheck|go:|export|type:|noinspection/i

/** Whether a directive stops working when a line comes between it and the code below. */
export function isBoundToNextLine(directive: string): boolean {
  return boundToNextLine.test(directive)
}
