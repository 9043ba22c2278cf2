import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Seen {
  host: 'hub' | 'cdn'
  method: string
  url: string
  authorization: string | undefined
  range: string | undefined
  ifRange: string | undefined
}

export interface HubFileFixture {
  content: Buffer
  /** Without it, neither listing nor headers say what the content must be. */
  publishSha256?: boolean
  /** What the hub claims; without it, the truth. */
  claimedSha256?: string
  claimedBytes?: number
}

export interface FakeHubBehaviour {
  files: Record<string, HubFileFixture>
  /** A mirror without the listing of files. */
  noListing: boolean
  /** Answers before anything else is looked at; the number is how many requests came so far. */
  intercept: (request: IncomingMessage, response: ServerResponse, count: number) => boolean
  /** Serves the bytes itself instead of sending to the second server. */
  direct: boolean
  /** Cuts the connection after this many bytes of the body, this many times. */
  drop: { afterBytes: number; times: number }
  /** How far the client says it is; a connection is cut once that is where the cut belongs. */
  received: () => number
  /** Falls silent after this many bytes of the body, this many times. */
  stall: { afterBytes: number; times: number }
  etag: (path: string) => string | null
  ignoreRanges: boolean
  /** Sends bodies without a length. */
  chunked: boolean
  /** Sends slowly, so that others have time to look. */
  pauseMs: number
}

export interface FakeHub extends AsyncDisposable {
  readonly endpoint: string
  readonly cdn: string
  readonly seen: Seen[]
  /** May be changed between requests. */
  readonly behaviour: FakeHubBehaviour
}

export const commit = '0123456789abcdef0123456789abcdef01234567'

export const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')

/** Plays a model hub on 127.0.0.1, with a second server that has the bytes, as the real one does. */
export async function fakeHub(files: Record<string, HubFileFixture>, changes: Partial<FakeHubBehaviour> = {}): Promise<FakeHub> {
  const seen: Seen[] = []
  const behaviour: FakeHubBehaviour = {
    files,
    noListing: false,
    intercept: () => false,
    direct: false,
    drop: { afterBytes: 0, times: 0 },
    received: () => Infinity,
    stall: { afterBytes: 0, times: 0 },
    etag: (path) => `"${sha256(behaviour.files[path]!.content).slice(0, 32)}"`,
    ignoreRanges: false,
    chunked: false,
    pauseMs: 0,
    ...changes,
  }
  const listen = (host: Seen['host'], handle: (request: IncomingMessage, response: ServerResponse) => void) =>
    start((request, response) => {
      const { authorization, range } = request.headers
      seen.push({
        host,
        method: request.method!,
        url: request.url!,
        authorization,
        range,
        ifRange: request.headers['if-range']?.toString(),
      })
      if (!behaviour.intercept(request, response, seen.length)) handle(request, response)
    })
  const cdn = await listen(
    'cdn',
    (request, response) => void sendContent(pathOf(request.url!.replace('/blob/', '')), behaviour, { request, response }),
  )
  const hub = await listen('hub', (request, response) => answer({ request, response, behaviour, cdn: addressOf(cdn) }))
  return {
    endpoint: addressOf(hub),
    cdn: addressOf(cdn),
    seen,
    behaviour,
    async [Symbol.asyncDispose]() {
      await Promise.all([hub, cdn].map(stop))
    },
  }
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
}

function answer({ request, response, behaviour, cdn }: Exchange & { behaviour: FakeHubBehaviour; cdn: string }): void {
  const url = request.url!
  if (url.startsWith('/api/models/')) return list(response, behaviour)
  const [, kind, encoded = ''] = /^\/[^/]+\/[^/]+\/(resolve|raw)\/[^/]+\/(.*)$/.exec(url) ?? []
  const path = pathOf(encoded)
  const file = behaviour.files[path]
  if (kind === undefined || file === undefined) return fail(response, 404, { 'x-error-code': 'EntryNotFound' })
  if (kind === 'raw') return pointer(response, file)
  const linked = file.publishSha256 === false ? {} : { 'x-linked-etag': `"${file.claimedSha256 ?? sha256(file.content)}"` }
  const headers = {
    ...linked,
    ...(file.publishSha256 === false ? {} : { 'x-linked-size': String(file.claimedBytes ?? file.content.length) }),
  }
  if (behaviour.direct) return void sendContent(path, behaviour, { request, response }, headers)
  response.writeHead(302, { ...headers, 'x-repo-commit': commit, location: `${cdn}/blob/${encoded}?signature=secret` }).end()
}

function list(response: ServerResponse, { files, noListing }: FakeHubBehaviour): void {
  if (noListing) return fail(response, 404)
  const siblings = Object.entries(files).map(([rfilename, { content, publishSha256, claimedSha256, claimedBytes }]) => ({
    rfilename,
    size: claimedBytes ?? content.length,
    ...(publishSha256 === false
      ? {}
      : { lfs: { sha256: claimedSha256 ?? sha256(content), size: claimedBytes ?? content.length, pointerSize: 130 } }),
  }))
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ id: 'user/repo', sha: commit, cardData: { license: 'apache-2.0' }, siblings }))
}

function pointer(response: ServerResponse, { content, publishSha256 }: HubFileFixture): void {
  if (publishSha256 === false) return fail(response, 404)
  response.end(`version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(content)}\nsize ${content.length}\n`)
}

async function sendContent(
  path: string,
  behaviour: FakeHubBehaviour,
  { request, response }: Exchange,
  more: Record<string, string> = {},
): Promise<void> {
  const file = behaviour.files[path]
  if (file === undefined) return fail(response, 404)
  const { content } = file
  const etag = behaviour.etag(path)
  const start = rangeStart(request, etag, behaviour)
  const headers: Record<string, string> = { 'accept-ranges': 'bytes', ...more, ...(etag === null ? {} : { etag }) }
  if (start !== null && start >= content.length) {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${content.length}` }).end()
    return
  }
  const body = content.subarray(start ?? 0)
  if (start !== null) headers['content-range'] = `bytes ${start}-${content.length - 1}/${content.length}`
  if (!behaviour.chunked) headers['content-length'] = String(body.length)
  response.writeHead(start === null ? 200 : 206, headers)
  if (request.method === 'HEAD') return void response.end()
  await sendBody(response, { body, from: start ?? 0 }, behaviour)
}

async function sendBody(
  response: ServerResponse,
  { body, from }: { body: Buffer; from: number },
  behaviour: FakeHubBehaviour,
): Promise<void> {
  const trouble = [behaviour.drop, behaviour.stall].find(({ times }) => times > 0)
  if (trouble !== undefined) {
    trouble.times--
    response.write(body.subarray(0, trouble.afterBytes))
    if (trouble === behaviour.drop) {
      // A broken connection takes with it what the client has not read yet.
      while (!response.destroyed && behaviour.received() < from + trouble.afterBytes) await sleep(2)
      response.destroy()
    }
    return
  }
  for (let at = 0; at < body.length && !response.destroyed; at += 16_384) {
    response.write(body.subarray(at, at + 16_384))
    if (behaviour.pauseMs > 0) await sleep(behaviour.pauseMs)
  }
  response.end()
}

function rangeStart(request: IncomingMessage, etag: string | null, { ignoreRanges }: FakeHubBehaviour): number | null {
  const start = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]
  const condition = request.headers['if-range']
  if (start === undefined || ignoreRanges || (condition !== undefined && condition !== etag)) return null
  return Number(start)
}

function fail(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers).end('a page that says why')
}

const pathOf = (encoded: string) => decodeURIComponent(encoded.split('?')[0]!)
const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

async function start(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
