import { isPlaceholder, looksRandom } from './secret-values.ts'
import type { SecretSpan } from './secrets.ts'

/** Finds secrets by the structure around them: key blocks, signed tokens, URLs with a password, and HTTP credentials. */
export function findStructuredSecrets(text: string): SecretSpan[] {
  return [...findPrivateKeys(text), ...findJwts(text), ...findUrls(text), ...findCredentials(text)]
}

const keyHeader = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g
/** Longer than any key in use, so that a block without an end does not swallow the text. */
const maxKeyLength = 16_000

/** A key is its whole block, and of one that is cut off everything that can belong to it. A header without a key is a mention. */
function findPrivateKeys(text: string): SecretSpan[] {
  const headers = [...text.matchAll(keyHeader)]
  return headers.flatMap(({ index, 0: header }, at): SecretSpan[] => {
    const bodyStart = index + header.length
    const limit = Math.min(headers[at + 1]?.index ?? text.length, bodyStart + maxKeyLength)
    const window = text.slice(bodyStart, limit)
    const footer = /-----END [A-Z0-9 ]{1,60}-----/.exec(window)
    const length = footer ? footer.index + footer[0].length : (/^(?:[A-Za-z0-9+/=\s:,.-]|\\[nr]|["'`+\\])*/.exec(window)?.[0].length ?? 0)
    const body = window.slice(0, footer?.index ?? length).replace(/\\[nr]|["'`+\s\\]/g, '')
    if (!/[A-Za-z0-9+/=]{16}/.test(body) || isPlaceholder(body)) return []
    return [{ start: index, end: bodyStart + length, kind: 'private key', confidence: 'certain' }]
  })
}

const jwt = /(?<![\w.-])eyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}\.([\w-]{16,2000})(?![\w-])/g
/** The payload of the token that the makers of the format show to everybody. */
const demonstration = /John Doe|"sub":\s?"1234567890"/

function findJwts(text: string): SecretSpan[] {
  return [...text.matchAll(jwt)].flatMap(({ index, 0: token }): SecretSpan[] => {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    return demonstration.test(payload) ? [] : [{ start: index, end: index + token.length, kind: 'JSON web token', confidence: 'certain' }]
  })
}

const url = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{1,24}):\/\/([^\s:@/'"`<>]{0,100}):([^\s@/'"`<>]{1,200})@([\w.${}[\]-]{1,200})/gi
const ownMachine = /^(?:localhost|127\.|0\.0\.0\.0|\[?::1|host\.docker\.internal|(?:db|postgres|mysql|redis|mongo|rabbitmq|database)$)/i

const exampleHost = /(?:^|\.)example\.(?:com|org|net)$|\.(?:test|invalid|example)$/i

/** The password in a URL. A name that is also the password is a default of a developer's machine. */
function findUrls(text: string): SecretSpan[] {
  return [...text.matchAll(url)].flatMap(
    ({ index, 0: whole, 1: scheme = '', 2: user = '', 3: password = '', 4: host = '' }): SecretSpan[] => {
      const end = index + whole.length - host.length - 1
      // GitHub takes a token as the name of the user.
      const isToken = password === 'x-oauth-basic'
      const value = isToken ? user : password
      if (isPlaceholder(value) || password === user || value.length < 4) return []
      const start = isToken ? end - password.length - 1 - user.length : end - password.length
      const kind = /^(?:https?|ftps?)$/i.test(scheme) ? 'password in a URL' : 'connection string'
      const isReal = !ownMachine.test(host) && !exampleHost.test(host)
      return [{ start, end: start + value.length, kind, confidence: isReal ? 'certain' : 'likely' }]
    },
  )
}

const basic = /\bBasic\s{1,4}([A-Za-z0-9+/]{12,400}={0,2})(?![A-Za-z0-9+/=])/g
const bearer = /\b(?:Bearer|token)\s{1,4}([A-Za-z0-9._~+/-]{20,2000}=*)/g
const dockerAuth = /"(?:auth|_auth)"\s{0,4}:\s{0,4}"([A-Za-z0-9+/]{12,400}={0,2})"/g
const curlUser = /\s(?:-u|--user)[ =]{1,4}["']?[^\s:"'$]{1,60}:([^\s"'$@]{4,100})/g
const parameter = /;\s{0,4}(?:password|pwd)\s{0,4}=\s{0,4}([^;'"`\s]{4,100})/gi

function findCredentials(text: string): SecretSpan[] {
  return [
    ...groups(text, basic, { kind: 'HTTP credentials', isSecret: decodesToPair }),
    ...groups(text, dockerAuth, { kind: 'HTTP credentials', isSecret: decodesToPair }),
    ...groups(text, bearer, { kind: 'bearer token', isSecret: (value) => looksRandom(value) && !isPlaceholder(value) }),
    ...groups(text, curlUser, { kind: 'password', isSecret: (value) => !isPlaceholder(value) }),
    ...groups(text, parameter, { kind: 'connection string', isSecret: (value) => !isPlaceholder(value) }),
  ]
}

function groups(text: string, pattern: RegExp, { kind, isSecret }: { kind: string; isSecret: (value: string) => boolean }): SecretSpan[] {
  return [...text.matchAll(pattern)].flatMap(({ index, 0: whole, 1: value = '' }): SecretSpan[] => {
    if (!isSecret(value)) return []
    const start = index + whole.lastIndexOf(value)
    return [{ start, end: start + value.length, kind, confidence: 'likely' }]
  })
}

/** `name:password`, and no placeholder for it. */
function decodesToPair(base64: string): boolean {
  const decoded = Buffer.from(base64, 'base64').toString()
  const [, password] = /^[\x21-\x39\x3b-\x7e]{1,100}:([\x20-\x7e]{3,})$/.exec(decoded) ?? []
  return password !== undefined && !isPlaceholder(password)
}
