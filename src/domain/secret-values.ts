/** Values that stand where a secret would: in documentation, templates and defaults for a developer's machine. */
const placeholderWords =
  /example|placeholder|dummy|\bfake|sample|redacted|insert|replace[-_ ]?(?:me|this|with)|\btodo\b|fixme|change[-_ ]?(?:me|it|this)|x{4,}|\*{3,}|\.{3,}|…|your[-_ ]?\w|(?:^|[-_ ])here$|^my[-_ ]?(?:super[-_ ]?)?(?:secret|password|passwd|token|api)|lorem|notasecret|not[-_ ]?a[-_ ]?(?:real|secret)/i
/** Words that alone, or one after another, make a default and not a secret. */
const words = new Set(
  `a abc an admin api apikey auth bar basic bearer baz changeit cookie cred credential credentials default demo dev development elastic empty false foo
  guest hidden in is jwt key keys letmein local localhost mariadb masked minio mongo mysql nil no none not null number oauth optional pass passwd password
  passwort postgres postgresql production pwd qux rabbitmq redis required root sa secret secrets session some staging str string super the test testing
  testpass testpassword testsecret token tokens top true undefined unknown user username value welcome`.split(/\s+/),
)
/** Names of variables, calls, paths, templates and stored hashes: the secret itself is somewhere else. */
const indirect =
  /^(?:[$%<{[(@#&*~/\\.!|]|https?:|file:|arn:|op:|ssm:|vault:|secret(?:s|smanager)?:|env[:.]|ref\+|process\.env|os\.environ|import\.meta|sha\d{1,3}[-:]|md5:|ssh-(?:rsa|ed25519|dss)|ecdsa-|pk_(?:live|test)_|data:|urn:|encrypted:|enc:|ENC\[|AQICA)|\$\{|\{\{|#\{|<%|%[sdv(]|\{\d?\}/i

/** Whether a value is none: a word of the documentation, a name, a template or a stored hash. */
export function isPlaceholder(value: string): boolean {
  return indirect.test(value) || placeholderWords.test(value) || isMadeOfWords(value) || distinctCharacters(value) < 4
}

/** `password`, `my-secret`, `testToken123`: words that name a secret, and at most a few digits after them. */
function isMadeOfWords(value: string): boolean {
  const parts = value
    .replace(/\d{0,4}!?$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .split(/[-_ .:]+/)
  return parts.every((part) => part === '' || words.has(part.toLowerCase()))
}

/** Whether an issued token was made up for a manual: `AKIA…EXAMPLE`, or a row of one character. */
export function isInventedToken(token: string): boolean {
  return /example|placeholder|your[-_]|x{6,}|\*{3}|\.{3}|(.)\1{9}/i.test(token) || distinctCharacters(token.slice(4)) < 5
}

/** Bits per character, by how often each one occurs. */
export function entropyOf(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum - (count / value.length) * Math.log2(count / value.length), 0)
}

/** Whether a value was drawn by a machine: long enough, of many characters, and jumping between letters and digits as words do not. */
export function looksRandom(value: string): boolean {
  if (value.length < 16 || value.length > 500 || /\s/.test(value) || !/[A-Za-z]/.test(value) || entropyOf(value) < 3) return false
  const digits = value.match(/\d/g)?.length ?? 0
  const jumps = jumpsIn(value) / value.length
  return (digits >= 2 && jumps >= 0.25) || (digits >= 1 && jumps >= 0.45)
}

/** Whether a value can be a password that somebody chose: letters with digits or signs, in one word. */
export function looksChosen(value: string): boolean {
  if (value.length < 6 || value.length > 128 || /\s|[^\x20-\x7e]/.test(value)) return false
  // A colon, a star or an exclamation mark at the end belongs to a label.
  const word = value.replace(/[:*!?.…]+$/, '')
  const hasSign = /[!@#$%^&*+=?~]/.test(word)
  return /[A-Za-z]/.test(word) && (/\d/.test(word) || hasSign) && !isPathOrName(value)
}

/** `user.login.v2`, `a/b/c` or `text/html; q=0.8`. */
function isPathOrName(value: string): boolean {
  return /^[A-Za-z][\w-]*(?:[./:][A-Za-z][\w-]*)+$/.test(value) || /^\.{0,2}\/|^[\w.-]+\/[\w./-]+$/.test(value)
}

function distinctCharacters(value: string): number {
  return new Set(value).size
}

/** Neighbours of different kinds; signs between words do not count. */
function jumpsIn(value: string): number {
  const kinds = value
    .replace(/[-_.:]/g, '')
    .replace(/[a-z]/g, 'a')
    .replace(/[A-Z]/g, 'A')
    .replace(/\d/g, '0')
  let jumps = 0
  for (let at = 1; at < kinds.length; at += 1) if (kinds[at] !== kinds[at - 1]) jumps += 1
  return jumps
}
