import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import { problemOf } from './hub-problem.ts'
import { askHub, type HubAnswer, type HubClient } from './hub-request.ts'
import { isRepositoryPath } from './model-reference.ts'
import type { FileLocation, Published } from './published.ts'
import { TransientFailure } from './retry.ts'

export interface HubOptions {
  /** Base address of the hub or of a mirror of it. */
  endpoint: string
  token: string | null
  /** Refuses before any name is looked up. */
  offline: boolean
  /** How long the headers of an answer, and the next bytes of its body, may take. */
  deadlines?: { answerMs: number; idleMs: number }
}

export interface HubFile extends Published {
  path: string
}

export interface HubRepository {
  /** The commit of the listing, so that all files come from one state of the repository. */
  revision: string
  licence: string | null
  files: readonly HubFile[]
}

export interface Hub {
  readonly endpoint: string
  readonly idleMs: number
  /** The files of a repository, or null at a mirror that has no such listing. */
  list(at: Omit<FileLocation, 'path'>, signal: AbortSignal): Promise<HubRepository | null>
  /** Size and checksum of one file, asked for without its content. */
  describe(at: FileLocation, signal: AbortSignal): Promise<HubFile>
  /** Begins to send a file, or the rest of it; settles once the headers are there. */
  get(at: FileLocation, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HubAnswer>
}

const maxListingBytes = 2 ** 25
const maxPointerBytes = 1024

/** Knows the addresses of a model hub; touches the network only when asked. */
export function createHub({ endpoint: rawEndpoint, token, offline, deadlines = { answerMs: 30_000, idleMs: 60_000 } }: HubOptions): Hub {
  const client: HubClient = { endpoint: parseEndpoint(rawEndpoint), token: checkToken(token), offline, answerMs: deadlines.answerMs }
  const endpoint = client.endpoint.href.replace(/\/$/, '')
  const urlOf = (verb: 'resolve' | 'raw', { repository, revision, path }: FileLocation) =>
    new URL(`${endpoint}/${repository}/${verb}/${encodeURIComponent(revision)}/${escapePath(path)}`)
  const problem = (response: Response, at: { repository: string; path?: string }) =>
    problemOf(response, {
      endpoint,
      repository: at.repository,
      ...(at.path === undefined ? {} : { path: at.path }),
      hasToken: token !== null,
    })

  return {
    endpoint,
    idleMs: deadlines.idleMs,

    async list(at, signal) {
      const url = new URL(`${endpoint}/api/models/${at.repository}/revision/${encodeURIComponent(at.revision)}?blobs=true`)
      const { response } = await askHub(client, { url, signal })
      if (response.ok) return parseListing(await readBody(response, maxListingBytes), endpoint)
      await response.body?.cancel()
      if (response.status === 404 && !response.headers.has('x-error-code')) return null
      throw problem(response, at)
    },

    async describe(at, signal) {
      const { response, own, linked } = await askHub(client, { url: urlOf('resolve', at), method: 'HEAD', signal })
      if (own && response.status >= 400 && response.status !== 405) throw problem(response, at)
      if (linked.sha256 !== null) return { path: at.path, ...linked }
      const pointer = await askHub(client, { url: urlOf('raw', at), headers: { range: `bytes=0-${maxPointerBytes - 1}` }, signal })
      return { path: at.path, ...readPointer(pointer.response.ok ? await readBody(pointer.response, maxPointerBytes) : '', linked) }
    },

    async get(at, headers, signal) {
      const answer = await askHub(client, { url: urlOf('resolve', at), headers, signal })
      if (answer.response.ok || answer.response.status === 416) return answer
      await answer.response.body?.cancel()
      // An address elsewhere is signed for a while only: asking again gives a new one.
      throw answer.own
        ? problem(answer.response, at)
        : new TransientFailure(`HTTP ${answer.response.status} where the bytes of ${at.path} should be`)
    },
  }
}

const listingSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{7,64}$/),
  cardData: z.object({ license: z.union([z.string(), z.array(z.string())]).optional() }).nullish(),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.int().nonnegative().nullish(),
      lfs: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().nonnegative() }).nullish(),
    }),
  ),
})

function parseListing(text: string, endpoint: string): HubRepository {
  const listing = z
    .string()
    .transform((body, context) => {
      try {
        return JSON.parse(body) as unknown
      } catch {
        context.addIssue('it is not JSON')
        return z.NEVER
      }
    })
    .pipe(listingSchema)
    .safeParse(text) // prettier-ignore
  if (!listing.success) {
    throw new AppError('MODEL_DOWNLOAD_FAILED', `${endpoint} answers with something that is no list of a repository's files.`, {
      cause: listing.error,
      hint: 'Check HF_ENDPOINT and any proxy between here and the hub.',
    })
  }
  const { sha, cardData, siblings } = listing.data
  return {
    revision: sha,
    licence: [cardData?.license ?? null].flat().join(', ') || null,
    files: siblings
      .filter(({ rfilename }) => isRepositoryPath(rfilename))
      .map(({ rfilename, size, lfs }) => ({ path: rfilename, bytes: lfs?.size ?? size ?? null, sha256: lfs?.sha256 ?? null })),
  }
}

/** Large files are kept as a pointer of three lines in the repository itself; it names what the content must be. */
function readPointer(text: string, linked: Published): Published {
  const [, sha256 = null, size = null] = /^version https:\/\/git-lfs[^\n]*\noid sha256:([0-9a-f]{64})\nsize (\d{1,15})\n/.exec(text) ?? []
  return { bytes: size === null ? linked.bytes : Number(size), sha256 }
}

async function readBody(response: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > limit) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const escapePath = (path: string) => path.split('/').map(encodeURIComponent).join('/')

function parseEndpoint(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === '') return url
  throw new AppError(
    'CONFIG_INVALID',
    `HF_ENDPOINT is not an address of a model hub: it must be http:// or https:// without a user name or query.`,
    {
      hint: 'Set it to the address of a mirror such as https://models.example.com, or unset it.',
    },
  )
}

/** A stray line break would end up in an exception that quotes the header, and so the token. */
function checkToken(token: string | null): string | null {
  if (token === null || /^[\x21-\x7e]+$/.test(token)) return token
  throw new AppError('CONFIG_INVALID', 'HF_TOKEN contains characters that no token has, such as a line break or a space.', {
    hint: 'Copy the token again, without quotes around it.',
  })
}
