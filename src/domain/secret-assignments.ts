import { entropyOf, isPlaceholder, looksChosen, looksRandom } from './secret-values.ts'
import type { SecretSpan } from './secrets.ts'

const name = String.raw`(?<![\w$])([A-Za-z_$][\w$.-]{1,80})`
const between = String.raw`\s{0,8}(?:=>|[:?|]{0,2}={1,3}|:)\s{0,8}`
const typed = String.raw`(?:\s{0,4}\??:\s{0,4}[\w<>.|[\]]{1,30})?`

/** `name = "value"`, `"name": "value"`, `name: string = 'value'`, `env["name"] = "value"`. */
const quotedValue = new RegExp(`${name}["'\`]?\\]?${typed}${between}[@$rbuf]{0,2}(["'\`])([^"'\`\\n]{6,300})\\2`, 'g')
/** `NAME=value`, `name: value`, `export NAME=value`, alone on their line or after a flag. */
const bareValue = new RegExp(
  `(?:^[ \\t]{0,40}(?:export |set |ENV |ARG |- )?|[ \\t]--?)${name}(["'\`]?[ \\t]{0,8}[:=][ \\t]{0,8})([^\\s"'\`,;(){}<>]{6,300})[ \\t]{0,8}(?:#.*)?\\r?(?=$|[ \\t])`,
  'gm',
)
/** `<name>value</name>`. */
const element = /<([A-Za-z][\w.:-]{1,60})>([^<>\s]{6,300})<\//g
/** `setName("value")`. */
const setter = /\.(?:set|with)([A-Z]\w{1,40})\(\s{0,8}(["'])([^"'\n]{6,300})\2/g

/** Finds values that are assigned to what is called a password, a token or a key. */
export function findAssignedSecrets(text: string): SecretSpan[] {
  const quoted = [...text.matchAll(quotedValue)].map((match) => ({ match, key: match[1] ?? '', value: match[3] ?? '', isBare: false }))
  const bare = [...text.matchAll(bareValue)].map((match) => ({ match, key: match[1] ?? '', value: match[3] ?? '', isBare: true }))
  const elements = [...text.matchAll(element)].map((match) => ({ match, key: match[1] ?? '', value: match[2] ?? '', isBare: false }))
  const setters = [...text.matchAll(setter)].map((match) => ({ match, key: match[1] ?? '', value: match[3] ?? '', isBare: false }))
  return [...quoted, ...bare, ...elements, ...setters].flatMap(judge)
}

interface Assignment {
  match: RegExpExecArray
  key: string
  value: string
  /** Without quotes it may as well be code. */
  isBare: boolean
}

function judge({ match, key, value, isBare }: Assignment): SecretSpan[] {
  const use = useOf(key)
  if (use === null || isPlaceholder(value)) return []
  const isSecret = use === 'password' ? looksChosen(value) || looksRandom(value) : looksRandom(value)
  if (!isSecret || (isBare && isCode(value, { key, separator: match[2] ?? '' }))) return []
  const start = match.index + match[0].lastIndexOf(value)
  return [
    { start, end: start + value.length, kind: use === 'password' ? 'password' : 'API key or secret', confidence: confidenceOf(value) },
  ]
}

/** A long value that a machine drew from many characters is nothing else; a chosen one may be a label after all. */
function confidenceOf(value: string): SecretSpan['confidence'] {
  const isDrawn = value.length >= 20 && entropyOf(value) >= 3.5 && looksRandom(value) && /^[\w+/=.~!@#$%^&*-]+$/.test(value)
  return isDrawn && !isUuid(value) ? 'certain' : 'likely'
}

/** Identifiers are often UUIDs too, whatever their field is called. */
function isUuid(value: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)
}

/** `config.token2`, or `input1` after a spaced sign: the name of a value. In capitals the key belongs to an environment, where everything is a value. */
function isCode(value: string, { key, separator }: { key: string; separator: string }): boolean {
  if (/^[A-Z][A-Z0-9_]+$/.test(key)) return false
  if (/^[A-Za-z_$][\w$]*(?:[.?!]+[A-Za-z_$][\w$]*)+$/.test(value)) return true
  return /^\s+=/.test(separator) && /^[A-Za-z_$][\w$]*$/.test(value) && !looksRandom(value)
}

const passwords = new Set(['password', 'passwd', 'passwort', 'pwd', 'pass', 'passphrase', 'passcode', 'kennwort', 'contrasena'])
const secrets = new Set([
  'secret',
  'token',
  'apikey',
  'credential',
  'credentials',
  'authtoken',
  'accesstoken',
  'secretkey',
  'privatekey',
  'accesskey',
  'apitoken',
])
const keyOwners = new Set(
  `access account admin aes api app application auth client consumer deploy encryption function hmac host jwt license master private secret service session
  shared signing storage stripe subscription webhook`.split(/\s+/),
)
/** What follows the word that counts without changing what it is. */
const endings = new Set([
  'value',
  'val',
  'string',
  'str',
  'base64',
  'b64',
  'hex',
  'text',
  'raw',
  'plain',
  'prod',
  'production',
  'dev',
  'staging',
  'live',
  'default',
  'old',
  'new',
])
/** Words that make it something else: `publicKey`, `passwordHash`, `nextPageToken`. */
const others = new Set(
  `cache cancel cancellation continuation csrf digest foreign hash hashed i18n idempotency label next page pagination partition placeholder primary public
  publishable sha sort sync translation xsrf`.split(/\s+/),
)

/** What a name says its value is for; null for everything that is no secret. */
function useOf(key: string): 'password' | 'key' | null {
  const words = key
    .replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !/^\d+$/.test(word))
  while (words.length > 1 && endings.has(words.at(-1) ?? '')) words.pop()
  const last = (words.at(-1) ?? '').replace(/\d+$/, '')
  if (words.some((word) => others.has(word))) return null
  if (passwords.has(last)) return 'password'
  if (secrets.has(last) || (last === 'key' && keyOwners.has(words.at(-2) ?? ''))) return 'key'
  return /(?:password|passwd)$/.test(last) ? 'password' : /(?:secret|apikey|token)$/.test(last) ? 'key' : null
}
