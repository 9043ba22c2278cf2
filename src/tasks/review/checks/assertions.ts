/** What an assertion and the beginning of a test look like in code whose strings are blanked. */
export interface AssertionStyle {
  assertion: RegExp
  test: RegExp
}

const jvm: AssertionStyle = {
  assertion: /(?<!\w)(?:assert\w*|fail|verify\w*|expectThrows)\s?\(|\bassert\b |\.?\bshould(?:Be|Not|Throw|Contain|Have)\w*/g,
  test: /@(?:Test|ParameterizedTest|RepeatedTest|Property)\b|\btest\(/g,
}
const script: AssertionStyle = {
  assertion:
    /(?<![\w$.])(?:expect(?:\.soft|\.poll)?|expectTypeOf|assertType|(?:chai\.|sinon\.)?assert(?:\.\w+){0,3})\s?\(|\.should\b|(?<![\w$.])t\.(?:is|not|deepEqual|equal|same|ok|truthy|falsy|true|false|throws\w*|notThrows\w*|like|regex|snapshot|strictEqual|match|rejects)\(/g,
  test: /(?<![\w$.])(?:it|test|specify|Deno\.test)(?:\.\w+){0,3}\s?[(`]/g,
}

const styles: Readonly<Record<string, AssertionStyle>> = {
  javascript: script,
  component: script,
  python: {
    assertion:
      /^\s*assert\b|\bself\.assert\w+\(|\bpytest\.(?:raises|warns|deprecated_call)\(|(?<![\w.])assert_\w+\(|\.assert_(?:called|any|has|not|awaited)\w*\(/gm,
    test: /\bdef test\w*\(/g,
  },
  go: {
    assertion:
      /(?<![\w.])[tb]\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\(|(?<![\w.])(?:assert|require|is)\.\w+\(|(?<![\w.])(?:Expect|Eventually|Consistently)\(/g,
    test: /\bfunc (?:Test|Benchmark|Fuzz)\w*\(|\bt\.Run\(|(?<![\w.])It\(/g,
  },
  rust: { assertion: /\b(?:debug_)?assert(?:_\w+)?!\s?[([{]/g, test: /#\[(?:\w+::)?(?:test|rstest|test_case)\b/g },
  java: jvm,
  kotlin: jvm,
  scala: jvm,
  groovy: jvm,
  csharp: { assertion: /\bAssert\.\w+|\.Should\(\)|\.Verify\(|\.ShouldBe\w*/g, test: /\[(?:Fact|Theory|Test|TestMethod|TestCase)\b/g },
  ruby: {
    assertion: /(?<![\w.])expect\b\s?[({]|(?<![\w.])(?:assert|refute)\w*\b|\.(?:must|wont)_\w+|\.should\b/g,
    test: /^\s*(?:it|specify|example|scenario|test)\b[ (]["']|\bdef test_/gm,
  },
  php: {
    assertion: /(?:\$this->|self::|static::)assert\w+\(|->expectException\w*\(|(?<![\w>$:])expect\(/g,
    test: /\bfunction test|(?<![\w>$:])(?:it|test)\(/g,
  },
  swift: { assertion: /\bXCT(?:Assert|Fail)\w*\(|#(?:expect|require)\(|(?<![\w.])expect\(/g, test: /\bfunc test|@Test\b|(?<![\w.])it\(/g },
  c: {
    assertion: /\b(?:EXPECT|ASSERT|CHECK|REQUIRE|TEST_ASSERT|BOOST_CHECK|BOOST_REQUIRE|ck_assert|XCTAssert)\w*\s?\(|(?<!\w)assert\(/g,
    test: /\bTEST(?:_[FP]|_CASE)?\(|\bBOOST_AUTO_TEST_CASE\(/g,
  },
  dart: { assertion: /(?<![\w.])(?:expect|expectLater|verify\w*)\(/g, test: /(?<![\w.])test(?:Widgets)?\(/g },
  elixir: { assertion: /^\s*(?:assert|refute)\w*\b/gm, test: /^\s*test\s+"/gm },
}

/** How a language asserts; null where we do not know. */
export function assertionStyleOf(language: string | null): AssertionStyle | null {
  return language !== null && Object.hasOwn(styles, language) ? (styles[language] ?? null) : null
}

/** Assertions that nearly every value passes, each with its subject. They are read from the line as it stands. */
const weakForms: readonly RegExp[] = [
  /\bexpect\((.{1,120}?)\)\s?(?:\.resolves)?\.(?:toBeTruthy|toBeFalsy|toBeDefined|not\.toBeNull|not\.toBeUndefined|not\.toBeFalsy|not\.toBeNil|toExist)\(\s?\)/,
  /\bexpect\((.{1,120}?)\)\.(?:to\.exist|to\.be\.ok|to\.not\.be\.(?:null|undefined)|not\.to\.be\.(?:null|undefined))\b/,
  /\bexpect\((.{1,120}?)\)\.(?:toEqual|toStrictEqual)\(expect\.anything\(\)\)/,
  /\bassert(?:\.(?:ok|exists|isOk|isDefined|isNotNull|isTrue))?\(([^,]{1,120}?)(?:,\s?["'`].{0,80})?\)\s?;?$/,
  /\bself\.assert(?:True|IsNotNone)\(([^,]{1,120}?)(?:,\s?["'].{0,80})?\)$/,
  /^\s*assert ([^,]{1,120}?)(?: is not None)?\s?(?:,\s?[f"'].{0,80})?$/,
  /\b(?:assert|require)\.(?:True|NotNil|NotEmpty|NotZero)\(\w{1,10}, (.{1,120}?)(?:, ["`].{0,80})?\)$/,
  /\bassert!\((.{1,120}?)(?:\.is_(?:some|ok)\(\))?(?:,\s?".{0,80})?\);?$/,
  /\bassert(?:True|NotNull)\((.{1,120}?)\)\s?;?$/,
  /\bAssert\.(?:True|NotNull|IsTrue|IsNotNull|NotEmpty)\((.{1,120}?)\)\s?;?$/,
  /\bassertThat\((.{1,120}?)\)\.(?:isNotNull|isTrue|isPresent|isNotEmpty)\(\)/,
  /\bexpect\((.{1,120}?)\)\.(?:to be_truthy|to be_present|not_to be_nil|to_not be_nil)\b/,
  /(?:\$this->|self::)assert(?:True|NotNull|NotEmpty)\((.{1,120}?)\);?$/,
  /\bXCTAssert(?:True|NotNil)?\((.{1,120}?)\)$/,
  /\b(?:EXPECT|ASSERT)_(?:TRUE)\((.{1,120}?)\);?$/,
]

const comparison = /[=!<>]=|[<>]|\b(?:in|is|not|instanceof|and|or)\b|&&|\|\|/

/** What an assertion speaks of that nearly every value passes; null for one that compares. */
export function weakSubject(line: string): string | null {
  if (line.length > 500) return null
  const trimmed = line.trim()
  for (const form of weakForms) {
    const subject = form.exec(trimmed)?.[1]?.trim()
    if (subject !== undefined && !comparison.test(subject) && isBalanced(subject)) return subject
  }
  return null
}

/** A subject that goes on in the next line is not known. */
function isBalanced(text: string): boolean {
  return text.split('(').length === text.split(')').length
}

/** Whether an assertion asks for less than equality, or for a truth value, so that a shorter form of it says the same. */
export function saysLittle(line: string): boolean {
  return (
    weakSubject(line) !== null ||
    /^\s*assert not\b|NotEqual|not_?equal|assert_ne|assertNot|!==?/i.test(line) ||
    /^(?!.*\.toBe).*\b(?:true|false)\b/i.test(line)
  )
}

interface Widening {
  narrow: RegExp
  wide: RegExp
}

/** Pairs of one expectation of an error: one that names it, and one that any error meets. */
export const widenings: readonly Widening[] = [
  { narrow: /\.toThrow(?:Error)?\(\s?[^)\s]/, wide: /\.toThrow(?:Error)?\(\s?\)/ },
  { narrow: /\bassert\.(?:throws|rejects)\(.{1,200}, ?\S/, wide: /\bassert\.(?:throws|rejects)\((?:(?!, ).){1,200}\)\s?;?$/ },
  { narrow: /\b(?:raises|assertRaises(?:Regex)?)\((?!(?:Base)?Exception\b)\w/, wide: /\b(?:raises|assertRaises)\((?:Base)?Exception\b/ },
  { narrow: /\braises\(.{1,120}\bmatch\s?=/, wide: /\braises\((?!.{0,200}\bmatch\s?=)/ },
  {
    narrow: /\bassertThrows\((?!(?:Exception|Throwable|RuntimeException)\.)\w/,
    wide: /\bassertThrows\((?:Exception|Throwable|RuntimeException)\./,
  },
  { narrow: /\bThrows(?:Async)?<(?!Exception>)\w/, wide: /\bThrows(?:Any)?(?:Async)?<Exception>/ },
  { narrow: /\braise_error[ (]+[A-Z/"']/, wide: /\braise_error\s?(?:\(\s?\))?\s?$/ },
  { narrow: /#\[should_panic\s?\(/, wide: /#\[should_panic\s?\]/ },
  { narrow: /expectException\((?!\\?(?:Exception|Throwable)::)\S/, wide: /expectException\(\\?(?:Exception|Throwable)::/ },
]

const value = String.raw`(true|false|null|undefined|True|nil|\d{1,9}|(?:"[^"]{0,40}"|'[^']{0,40}')|[a-z_]\w{0,40})`

const tautologies: readonly RegExp[] = [
  new RegExp(
    String.raw`\bexpect\(\s?${value}\s?\)\s?\.(?:toBe|toEqual|toStrictEqual|to\.equal|to\.eql|to\.be|to eq|to be)\s?[( ]\s?\1\s?(?:\)|$)`,
  ),
  /\bexpect\(\s?true\s?\)\s?\.(?:toBeTruthy\(|toBeDefined\(|to\.be\.(?:true|ok)|to be_truthy)/,
  new RegExp(String.raw`\bassert\.(?:equal|strictEqual|deepEqual|deepStrictEqual)\(\s?${value}\s?,\s?\1\s?[,)]`),
  new RegExp(
    String.raw`\b(?:assertEquals?|assertSame|AreEqual|Equal|assert_eq!|assert_equal|XCTAssertEqual|EXPECT_EQ|ASSERT_EQ)\s?\(\s?(?:t, )?${value}\s?,\s?\1\s?[,)]`,
  ),
  /\b(?:assert(?:\.ok|\.isTrue|\.True|True|!)?|self\.assertTrue|Assert\.(?:True|IsTrue)|XCTAssert(?:True)?|EXPECT_TRUE|ASSERT_TRUE)\s?\(\s?(?:t, )?(?:true|True|1)\s?[,)]/,
  /^\s*assert\s+(?:True|true|1)\s*(?:[,#]|$)/,
  new RegExp(String.raw`^\s*assert ${value} (?:==|is) \1\s*(?:[,#]|$)`),
]

/** Whether an assertion passes whatever the program does. */
export function isTautology(line: string): boolean {
  return line.length <= 500 && tautologies.some((form) => form.test(line))
}
