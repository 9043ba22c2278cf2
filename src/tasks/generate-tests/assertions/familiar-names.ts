import type { Language } from '../../../syntax/language.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

const script = words(`
  expect vi jest assert describe it test suite before after beforeEach afterEach beforeAll afterAll t sinon chai should mock
  Math JSON Object Array String Number Boolean BigInt Symbol Promise Date Map Set WeakMap WeakSet RegExp Intl Reflect Proxy URL
  Error TypeError RangeError SyntaxError ReferenceError AggregateError undefined NaN Infinity console globalThis process Buffer
  parseInt parseFloat isNaN isFinite structuredClone setTimeout clearTimeout setInterval queueMicrotask AbortController
`)

const python = words(`
  pytest unittest mock Mock MagicMock AsyncMock patch mocker monkeypatch request tmp_path self cls len str int float bool bytes list dict
  set tuple frozenset sorted reversed sum min max abs round range enumerate zip map filter any all isinstance issubclass type repr print
  object super callable hasattr getattr iter next open ord chr divmod pow hash id vars Exception BaseException ValueError TypeError
  KeyError IndexError AttributeError RuntimeError ZeroDivisionError OSError StopIteration NotImplementedError AssertionError
`)

const go = words('t b f testing assert require nil true false iota len cap make new append copy delete string int error panic _')
const rust = words('Some None Ok Err Vec String Box vec format println true false self super crate std usize u8 u32 u64 i32 i64 f64 bool')
const java = words(
  'Math String Integer Long Double Boolean List Map Set Arrays Collections Optional Object System Mockito Assertions Assert int long double',
)

const namesOf: Readonly<Partial<Record<Language, ReadonlySet<string>>>> = {
  javascript: script,
  typescript: script,
  tsx: script,
  python,
  go,
  rust,
  java,
}

/** A name that the language or a test framework gives. */
export const isFamiliarName = (name: string, language: Language): boolean => namesOf[language]?.has(name) ?? false

const scriptModules = /['"](?:vitest|@jest\/globals|jest|mocha|chai|sinon|expect|assert|@vitest\/[\w-]+|node:[\w/]+)['"]/
const pythonModules =
  /^(?:from|import)\s+(?:pytest|unittest|mock|math|os|sys|re|json|datetime|random|time|pathlib|decimal|fractions|itertools|functools|collections|tempfile|io|typing|string|copy)\b/

/** An import of a test framework, or of what comes with the language. */
export function isFamiliarImport(statement: string, language: Language): boolean {
  if (language === 'python') return pythonModules.test(statement)
  if (language === 'java') return /\b(?:org\.junit|org\.mockito|org\.assertj|org\.hamcrest|java\.)/.test(statement)
  if (language === 'rust') return /^(?:pub\s+)?use\s+(?:std|core|alloc)::/.test(statement)
  return language !== 'go' && scriptModules.test(statement)
}
