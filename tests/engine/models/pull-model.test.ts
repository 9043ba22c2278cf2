import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CatalogueEntry } from '../../../src/engine/models/catalogue.ts'
import { commit, fakeHub, sha256 } from './fake-hub.ts'
import { ggufBytes, ggufOfSize, tinyValues } from './gguf-fixture.ts'
import { noteworthy, temporaryStore } from './store-fixture.ts'

const content = ggufOfSize(300_000)
const name = 'Tiny-Q4_K_M.gguf'
const id = 'user--repo--q4_k_m'
const partOf = (directory: string) => join(directory, id, 'model.gguf.part')
const failsWith = (code: string, message: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('pull', () => {
  it('brings the default quantisation of a repository into the store, checked', async () => {
    await using hub = await fakeHub({
      [name]: { content },
      'Tiny-Q8_0.gguf': { content: ggufOfSize(9) },
      'README.md': { content: Buffer.from('#') },
    })
    using temporary = temporaryStore(hub)
    const model = await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(model).toEqual({
      id,
      path: join(temporary.directory, id, 'model.gguf'),
      bytes: content.length,
      digest: `sha256:${sha256(content)}`,
      manifest: {
        schemaVersion: 1,
        source: {
          kind: 'hub',
          endpoint: hub.endpoint,
          repository: 'user/repo',
          revision: commit,
          requestedRevision: 'main',
          catalogueId: null,
        },
        files: [{ name: 'model.gguf', sourcePath: name, bytes: content.length, sha256: sha256(content) }],
        checked: true,
        addedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        licence: 'apache-2.0',
        contextTokens: 4096,
        architecture: 'qwen3moe',
      },
    })
    expect(readFileSync(model.path).equals(content)).toBe(true)
    expect(readdirSync(join(temporary.directory, id)).toSorted()).toEqual(['manifest.json', 'model.gguf'])
    expect(temporary.events.at(-1)).toEqual({
      type: 'progress',
      phase: 'download',
      file: name,
      doneBytes: content.length,
      totalBytes: content.length,
    })
  })

  it('asks the hub for nothing when the model is there already', async () => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore(hub)
    await temporary.store.pull('hf:user/repo', temporary.transfer())
    const asked = hub.seen.length
    expect(await temporary.store.pull('hf:user/repo:Q4_K_M', temporary.transfer())).toMatchObject({ id })
    expect(hub.seen).toHaveLength(asked)
  })

  it('knows a revision again, and does not mix it with another one', async () => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore(hub)
    const model = await temporary.store.pull('hf:user/repo#refs/pr/1', temporary.transfer())
    expect(hub.seen[0]!.url).toBe('/api/models/user/repo/revision/refs%2Fpr%2F1?blobs=true')
    for (const again of ['hf:user/repo#refs/pr/1', `hf:user/repo#${commit.slice(0, 8)}`, 'hf:user/repo']) {
      expect(await temporary.store.pull(again, temporary.transfer())).toEqual(model)
    }
    await expect(temporary.store.pull('hf:user/repo#v2', temporary.transfer())).rejects.toEqual(
      failsWith('USAGE_INVALID', /Another model is installed/),
    )
  })

  it('pulls all parts of a split model under names the loader understands', async () => {
    const parts = [1, 2].map((seed) => ggufBytes({ seed, values: tinyValues({ 'split.count': { type: 'uint16', value: 2 } }) }))
    const names = ['q4/Big-Q4_K_M-00001-of-00002.gguf', 'q4/Big-Q4_K_M-00002-of-00002.gguf']
    await using hub = await fakeHub({ [names[0]!]: { content: parts[0]! }, [names[1]!]: { content: parts[1]! } })
    using temporary = temporaryStore(hub)
    const model = await temporary.store.pull(`hf:user/repo/${names[1]}`, temporary.transfer())
    expect(model.path).toBe(join(temporary.directory, id, 'model-00001-of-00002.gguf'))
    expect(model.manifest.files.map(({ name, sourcePath }) => [name, sourcePath])).toEqual([
      ['model-00001-of-00002.gguf', names[0]],
      ['model-00002-of-00002.gguf', names[1]],
    ])
    expect(model.digest).toMatch(/^sha256-shards:[0-9a-f]{64}$/)
    const total = parts[0]!.length + parts[1]!.length
    expect(temporary.events.filter(({ type }) => type === 'progress').at(-1)).toMatchObject({ doneBytes: total, totalBytes: total })
  })

  it('sends the token to the endpoint and never to where it redirects', async () => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore({ hub: { endpoint: hub.endpoint, token: 'hf_secret', offline: false } })
    await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(hub.seen.map(({ host, authorization }) => [host, authorization])).toEqual([
      ['hub', 'Bearer hf_secret'],
      ['hub', 'Bearer hf_secret'],
      ['cdn', undefined],
    ])
  })

  it('goes on where an interrupted download stopped', async () => {
    await using hub = await fakeHub({ [name]: { content } }, { pauseMs: 5 })
    using temporary = temporaryStore(hub)
    const stop = new AbortController()
    const stopped = temporary.store.pull('hf:user/repo', {
      signal: stop.signal,
      onProgress: (event) => event.type === 'progress' && event.doneBytes > 100_000 && stop.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
    const kept = readFileSync(partOf(temporary.directory)).length
    expect(kept).toBeGreaterThan(100_000)
    expect(await temporary.store.list()).toEqual([{ state: 'partial', id, bytes: expect.any(Number) }])

    hub.seen.length = 0
    const model = await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(readFileSync(model.path).equals(content)).toBe(true)
    expect(hub.seen.at(-1)).toMatchObject({ host: 'cdn', range: `bytes=${kept}-`, ifRange: hub.behaviour.etag(name) })
  })

  it('tries again after drops, from where each one left it', async () => {
    await using hub = await fakeHub({ [name]: { content } }, { drop: { afterBytes: 50_000, times: 3 } })
    using temporary = temporaryStore(hub)
    const model = await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(readFileSync(model.path).equals(content)).toBe(true)
    expect(noteworthy(temporary.events).map(({ type }) => type)).toEqual(['retry', 'retry', 'retry'])
    expect(hub.seen.filter(({ host }) => host === 'cdn').map(({ range }) => range)).toEqual([
      undefined,
      'bytes=50000-',
      'bytes=100000-',
      'bytes=150000-',
    ])
  })

  it('gives up after the third retry, keeps what came and says so', async () => {
    await using hub = await fakeHub({ [name]: { content } }, { drop: { afterBytes: 10_000, times: 99 } })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_DOWNLOAD_FAILED', /after 4 attempts.*broke off after 40000 bytes/),
    )
    expect(readFileSync(partOf(temporary.directory))).toHaveLength(40_000)
  })

  it('does not wait for a server that falls silent', async () => {
    await using hub = await fakeHub({ [name]: { content } }, { stall: { afterBytes: 20_000, times: 1 } })
    using temporary = temporaryStore({ ...hub, idleMs: 300 })
    await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(noteworthy(temporary.events)).toEqual([
      { type: 'retry', reason: `${name} broke off after 20000 bytes: nothing arrived for 300 ms`, delayMs: expect.any(Number) },
    ])
  })

  it('does not wait for a server that never answers', async () => {
    await using hub = await fakeHub({ [name]: { content } }, { intercept: () => true })
    using temporary = temporaryStore({
      hub: { endpoint: hub.endpoint, token: null, offline: false, deadlines: { answerMs: 30, idleMs: 30 } },
    })
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_DOWNLOAD_FAILED', /after 4 attempts: .*no answer within 30 ms/),
    )
    expect(hub.seen).toHaveLength(4)
  })

  it('begins anew when the file has changed meanwhile, by its checksum', async () => {
    const other = ggufOfSize(300_000, 2)
    await using hub = await fakeHub({ [name]: { content } }, { drop: { afterBytes: 50_000, times: 4 } })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED' })
    hub.behaviour.files = { [name]: { content: other } }
    const model = await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(readFileSync(model.path).equals(other)).toBe(true)
    expect(hub.seen.at(-1)!.range).toBeUndefined()
  })

  it('begins anew when the file has changed meanwhile, by its ETag where no checksum is published', async () => {
    const other = ggufOfSize(300_000, 2)
    await using hub = await fakeHub({ [name]: { content, publishSha256: false } }, { drop: { afterBytes: 50_000, times: 4 } })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED' })
    hub.behaviour.files = { [name]: { content: other, publishSha256: false } }
    const model = await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(readFileSync(model.path).equals(other)).toBe(true)
    expect(model.manifest.checked).toBe(false)
    expect(noteworthy(temporary.events).slice(3)).toEqual([
      { type: 'restart', file: name, reason: 'the file has changed, or the hub cannot continue a download' },
      { type: 'unchecked', file: name },
    ])
  })

  it('does not continue what neither a checksum nor a strong ETag can vouch for', async () => {
    await using hub = await fakeHub(
      { [name]: { content, publishSha256: false } },
      { drop: { afterBytes: 50_000, times: 4 }, etag: () => 'W/"weak"' },
    )
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED' })
    expect(await temporary.store.pull('hf:user/repo', temporary.transfer())).toMatchObject({ bytes: content.length })
    expect(hub.seen.filter(({ host, method }) => host === 'cdn' && method === 'GET').map(({ range }) => range)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('copes with a hub that ignores ranges', async () => {
    await using hub = await fakeHub({ [name]: { content } }, { drop: { afterBytes: 50_000, times: 1 }, ignoreRanges: true })
    using temporary = temporaryStore(hub)
    const model = await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(readFileSync(model.path).equals(content)).toBe(true)
    expect(noteworthy(temporary.events).map(({ type }) => type)).toEqual(['retry', 'restart'])
  })

  it('copes with a body without a length', async () => {
    await using hub = await fakeHub({ [name]: { content } }, { chunked: true, direct: true })
    using temporary = temporaryStore(hub)
    expect(await temporary.store.pull('hf:user/repo', temporary.transfer())).toMatchObject({ bytes: content.length })
  })

  it('throws away a part that is longer than the file', async () => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore(hub)
    mkdirSync(join(temporary.directory, id), { recursive: true })
    writeFileSync(partOf(temporary.directory), Buffer.alloc(400_000))
    await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(noteworthy(temporary.events)).toEqual([{ type: 'restart', file: name, reason: 'more is there than the file has' }])
  })

  it('takes a part that is whole without fetching it again', async () => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore(hub)
    mkdirSync(join(temporary.directory, id), { recursive: true })
    writeFileSync(partOf(temporary.directory), content)
    expect(await temporary.store.pull('hf:user/repo', temporary.transfer())).toMatchObject({ digest: `sha256:${sha256(content)}` })
    expect(hub.seen.map(({ host }) => host)).toEqual(['hub'])
  })

  it('takes the files of a run that was killed just before the manifest was written', async () => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore(hub)
    mkdirSync(join(temporary.directory, id), { recursive: true })
    writeFileSync(join(temporary.directory, id, 'model.gguf'), content)
    await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(hub.seen.map(({ host }) => host)).toEqual(['hub'])
  })

  it('recognises a whole part of unknown size by what the server says of the rest', async () => {
    await using hub = await fakeHub({ [name]: { content, publishSha256: false } }, { noListing: true })
    using temporary = temporaryStore(hub)
    mkdirSync(join(temporary.directory, id), { recursive: true })
    writeFileSync(partOf(temporary.directory), content)
    writeFileSync(`${partOf(temporary.directory)}.json`, JSON.stringify({ validator: hub.behaviour.etag(name), sha256: null }))
    expect(await temporary.store.pull(`hf:user/repo/${name}`, temporary.transfer())).toMatchObject({ bytes: content.length })
    expect(hub.seen.at(-1)).toMatchObject({ host: 'cdn', range: `bytes=${content.length}-` })
  })

  it('does not append a piece that begins elsewhere than asked', async () => {
    let wrong = 1
    await using hub = await fakeHub(
      { [name]: { content } },
      {
        drop: { afterBytes: 50_000, times: 1 },
        intercept: ({ headers }, response) => {
          if (headers.range === undefined || wrong-- <= 0) return false
          response.writeHead(206, { 'content-range': `bytes 0-${content.length - 1}/${content.length}` }).end(content)
          return true
        },
      },
    )
    using temporary = temporaryStore(hub)
    const model = await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(readFileSync(model.path).equals(content)).toBe(true)
    expect(noteworthy(temporary.events).map(({ type }) => type)).toEqual(['retry', 'restart', 'retry'])
  })

  it('begins anew when the rest of a file of unknown size cannot be had', async () => {
    await using hub = await fakeHub({ [name]: { content, publishSha256: false } }, { noListing: true })
    using temporary = temporaryStore(hub)
    mkdirSync(join(temporary.directory, id), { recursive: true })
    writeFileSync(partOf(temporary.directory), Buffer.alloc(content.length + 1))
    writeFileSync(`${partOf(temporary.directory)}.json`, JSON.stringify({ validator: hub.behaviour.etag(name), sha256: null }))
    await temporary.store.pull(`hf:user/repo/${name}`, temporary.transfer())
    expect(noteworthy(temporary.events).map(({ type }) => type)).toEqual(['restart', 'retry', 'unchecked'])
  })

  it('takes no more bytes than the file has', async () => {
    await using hub = await fakeHub({ [name]: { content, claimedBytes: 200_000 } }, { chunked: true })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_INVALID', /more than 200000 bytes arrive/),
    )
  })

  it('notices a body without a length that ends early', async () => {
    await using hub = await fakeHub({ [name]: { content, claimedBytes: content.length + 100 } }, { chunked: true })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(failsWith('MODEL_INVALID', /instead of/))
  })

  it('deletes what has another checksum than the hub published', async () => {
    await using hub = await fakeHub({ [name]: { content, claimedSha256: 'a'.repeat(64) } })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_INVALID', new RegExp(`has the SHA-256 ${sha256(content)}, but a{64} was published`)),
    )
    expect(existsSync(join(temporary.directory, id))).toBe(false)
  })

  it('does not begin a file of another size than the hub published', async () => {
    await using hub = await fakeHub({ [name]: { content, claimedBytes: content.length + 5 } })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_INVALID', new RegExp(`it has ${content.length} bytes instead of ${content.length + 5}`)),
    )
  })

  it('refuses a page in place of a model', async () => {
    await using hub = await fakeHub({ [name]: { content: Buffer.from('<html>Sign in to this network</html>'), publishSha256: false } })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_INVALID', /does not begin with the GGUF magic/),
    )
    expect(await temporary.store.list()).not.toContainEqual(expect.objectContaining({ state: 'ready' }))
  })

  it('refuses a model of which a part is missing', async () => {
    const first = ggufBytes({ values: tinyValues({ 'split.count': { type: 'uint16', value: 3 } }) })
    await using hub = await fakeHub({ [name]: { content: first } })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_INVALID', /split over 3 files, but 1 came/),
    )
  })
})

describe('pull at a hub that refuses', () => {
  it.each([
    [401, null, 'MODEL_DOWNLOAD_FAILED', /HTTP 401.*private, its licence must be accepted first, or it does not exist/],
    [403, 'hf_token', 'MODEL_DOWNLOAD_FAILED', /HTTP 403.*the token in HF_TOKEN has no access/],
    [404, null, 'MODEL_UNKNOWN', /has no user\/repo\./],
    [418, null, 'MODEL_DOWNLOAD_FAILED', /answers HTTP 418/],
  ] as const)('says what HTTP %d means', async (status, token, code, message) => {
    await using hub = await fakeHub(
      {},
      { intercept: (_request, response) => !!response.writeHead(status, { 'x-error-code': 'RepoNotFound' }).end() },
    )
    using temporary = temporaryStore({ hub: { endpoint: hub.endpoint, token, offline: false } })
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(failsWith(code, message))
    expect(hub.seen).toHaveLength(1)
  })

  it('says the same of a file that is gated while its repository is listed', async () => {
    await using hub = await fakeHub(
      { [name]: { content } },
      { intercept: ({ url }, response) => url!.includes('/resolve/') && !!response.writeHead(403).end() },
    )
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_DOWNLOAD_FAILED', /refuses user\/repo\/Tiny-Q4_K_M.gguf \(HTTP 403\)/),
    )
  })

  it('asks for a new address when the one it was sent to has expired', async () => {
    let expired = 1
    await using hub = await fakeHub(
      { [name]: { content } },
      { intercept: ({ url }, response) => url!.startsWith('/blob/') && expired-- > 0 && !!response.writeHead(403).end() },
    )
    using temporary = temporaryStore(hub)
    await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(noteworthy(temporary.events)).toEqual([
      { type: 'retry', reason: `HTTP 403 where the bytes of ${name} should be`, delayMs: expect.any(Number) },
    ])
  })

  it('waits as long as a busy hub asks, then goes on', async () => {
    const busy = [429, 503, 429]
    await using hub = await fakeHub(
      { [name]: { content } },
      {
        intercept: (_request, response, count) =>
          count <= busy.length && !!response.writeHead(busy[count - 1]!, { 'retry-after': '0' }).end(),
      },
    )
    using temporary = temporaryStore(hub)
    await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(noteworthy(temporary.events)).toEqual(
      busy.map((status) => ({ type: 'retry', reason: `${hub.endpoint} answers HTTP ${status} for user/repo`, delayMs: 0 })),
    )
  })

  it('does not sit out a pause of an hour', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString()
    await using hub = await fakeHub({}, { intercept: (_request, response) => !!response.writeHead(429, { 'retry-after': inAnHour }).end() })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_DOWNLOAD_FAILED', /asks to wait 3[56]\d\d s/),
    )
    expect(hub.seen).toHaveLength(1)
  })

  it('follows no more than a few redirects', async () => {
    await using hub = await fakeHub({}, { intercept: ({ url }, response) => !!response.writeHead(302, { location: `${url}x` }).end() })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_DOWNLOAD_FAILED', /redirected more than 6 times/),
    )
  })

  it.each(['file:///etc/passwd', 'http://user:password@127.0.0.1/', 'http://['])('does not follow a redirect to %s', async (location) => {
    await using hub = await fakeHub({}, { intercept: (_request, response) => !!response.writeHead(302, { location }).end() })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_DOWNLOAD_FAILED', /cannot be followed/),
    )
  })

  it.each(['<html>', '{"sha":"x"}', '[]'])('refuses %s as a listing', async (body) => {
    await using hub = await fakeHub({}, { intercept: (_request, response) => !!response.end(body) })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_DOWNLOAD_FAILED', /no list of a repository's files/),
    )
  })

  it('reports a hub that is not there', async () => {
    using temporary = temporaryStore()
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_DOWNLOAD_FAILED', /ECONNREFUSED|bad port/),
    )
  })
})

describe('pull from a mirror without a listing', () => {
  it('asks for the named file, and takes checksum and size from its headers', async () => {
    await using hub = await fakeHub({ [name]: { content } }, { noListing: true })
    using temporary = temporaryStore(hub)
    expect((await temporary.store.pull(`hf:user/repo/${name}`, temporary.transfer())).manifest).toMatchObject({
      checked: true,
      source: { revision: 'main' },
    })
    expect(hub.seen.map(({ method, host }) => `${method} ${host}`)).toEqual(['GET hub', 'HEAD hub', 'GET hub', 'GET cdn'])
  })

  it('takes them from the pointer in the repository where the headers are silent', async () => {
    await using hub = await fakeHub(
      { [name]: { content } },
      { noListing: true, intercept: ({ method }, response) => method === 'HEAD' && !!response.writeHead(405).end() },
    )
    using temporary = temporaryStore(hub)
    expect((await temporary.store.pull(`hf:user/repo/${name}#v1`, temporary.transfer())).manifest).toMatchObject({
      checked: true,
      source: { revision: 'v1' },
    })
  })

  it('says when nothing could be checked', async () => {
    await using hub = await fakeHub({ [name]: { content, publishSha256: false } }, { noListing: true, direct: true })
    using temporary = temporaryStore(hub)
    expect((await temporary.store.pull(`hf:user/repo/${name}`, temporary.transfer())).manifest.checked).toBe(false)
    expect(noteworthy(temporary.events)).toEqual([{ type: 'unchecked', file: name }])
  })

  it('needs the name of a file', async () => {
    await using hub = await fakeHub({ [name]: { content } }, { noListing: true })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_UNKNOWN', /does not say which files user\/repo has/),
    )
  })

  it('says that the named file is not there', async () => {
    await using hub = await fakeHub({}, { noListing: true })
    using temporary = temporaryStore(hub)
    await expect(temporary.store.pull(`hf:user/repo/${name}`, temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_UNKNOWN', /has no user\/repo\/Tiny/),
    )
  })
})

describe('pull and the disk', () => {
  it('does not begin what does not fit', async () => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore({ endpoint: hub.endpoint, space: { free: async () => 1000, everyBytes: 1 } })
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('DISK_FULL', /300 kB are needed and 1.0 kB are free/),
    )
    expect(hub.seen.filter(({ host }) => host === 'cdn')).toEqual([])
  })

  it('stops when the disk fills up meanwhile, and goes on when there is room again', async () => {
    await using hub = await fakeHub({ [name]: { content } }, { pauseMs: 2 })
    let looks = 0
    const space = { free: async () => (++looks < 5 ? 1e12 : 1000), everyBytes: 20_000 }
    using temporary = temporaryStore({ endpoint: hub.endpoint, space })
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(failsWith('DISK_FULL', /Not enough room/))
    const kept = readFileSync(partOf(temporary.directory)).length
    expect(kept).toBeGreaterThanOrEqual(60_000)
    looks = -1e9
    await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(hub.seen.at(-1)!.range).toBe(`bytes=${kept}-`)
  })
})

describe('pull without permission or sense', () => {
  it('refuses offline before any name is looked up', async () => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore({ hub: { endpoint: hub.endpoint, token: null, offline: true } })
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(failsWith('OFFLINE', /AGENT_OFFLINE=1/))
    expect(hub.seen).toEqual([])
    expect(existsSync(temporary.directory)).toBe(false)
  })

  it.each(['not a url', 'ftp://127.0.0.1', 'http://user:secret@127.0.0.1', 'http://127.0.0.1/?a=b'])(
    'refuses %s as an endpoint',
    async (endpoint) => {
      using temporary = temporaryStore({ endpoint })
      const error = await temporary.store.pull('hf:user/repo', temporary.transfer()).then(
        () => new Error('pulled'),
        (error: Error) => error,
      )
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
      expect(error.message).not.toContain('secret')
    },
  )

  it('refuses a token that would break the header, without quoting it', async () => {
    using temporary = temporaryStore({ hub: { endpoint: 'http://127.0.0.1:9', token: 'hf_secret\nx', offline: false } })
    const error = await temporary.store.pull('hf:user/repo', temporary.transfer()).then(
      () => new Error('pulled'),
      (error: Error) => error,
    )
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(error.message).not.toContain('hf_secret')
  })

  it('says that a file is to be imported', async () => {
    using temporary = temporaryStore()
    writeFileSync(join(temporary.base, 'a.gguf'), content)
    await expect(temporary.store.pull('./a.gguf', temporary.transfer())).rejects.toEqual(
      failsWith('USAGE_INVALID', /is a file on this machine/),
    )
  })
})

describe('pull by several at once', () => {
  it('lets the second wait for the first, and fetches once', async () => {
    await using hub = await fakeHub({ [name]: { content } }, { pauseMs: 10 })
    using temporary = temporaryStore(hub)
    const [first, second] = await Promise.all([
      temporary.store.pull('hf:user/repo', temporary.transfer()),
      temporary.reopen().pull('hf:user/repo', temporary.transfer()),
    ])
    expect(second).toEqual(first)
    expect(hub.seen.filter(({ host }) => host === 'cdn')).toHaveLength(1)
    expect(noteworthy(temporary.events)).toEqual([{ type: 'wait', holder: expect.stringContaining(`process ${process.pid} on `) }])
  })
})

describe('pull by a name of the catalogue', () => {
  const entry: CatalogueEntry = {
    id: 'tiny',
    title: 'Tiny',
    repository: 'user/repo',
    quant: 'Q4_K_M',
    files: [],
    approximateBytes: 300_000,
    memoryBytes: 1_000_000,
    contextTokens: 4096,
    licence: { name: 'MIT', open: true },
    parameters: { totalBillions: 1, activeBillions: 0.1 },
    shape: { layers: null, expertShare: null, cacheBytesPerToken: null },
    goodFor: 'review',
    verified: false,
    scores: [],
    note: null,
  } // prettier-ignore
  const known = (bytes: number | null, sha256: string | null) => ({ ...entry, files: [{ path: name, bytes, sha256 }] })

  it('finds the file by its quantisation, whatever it is called', async () => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore({
      endpoint: hub.endpoint,
      catalogue: [{ ...entry, files: [{ path: 'guessed-Q4_K_M.gguf', bytes: null, sha256: null }] }],
    })
    const model = await temporary.store.pull('tiny', temporary.transfer())
    expect(model).toMatchObject({ id: 'tiny', manifest: { source: { catalogueId: 'tiny' } } })
    expect(await temporary.store.resolve('hf:user/repo:q4_k_m')).toEqual({ kind: 'stored', model })
  })

  it('holds the hub to the size and checksum of the catalogue', async () => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore({ endpoint: hub.endpoint, catalogue: [known(content.length, sha256(content))] })
    expect((await temporary.store.pull('tiny', temporary.transfer())).manifest.checked).toBe(true)
  })

  it.each([
    ['size', known(1, null), /instead of 1/],
    ['checksum', known(null, 'b'.repeat(64)), /instead of b{64}/],
  ])('refuses a file of another %s than the catalogue knows', async (_what, wrong, message) => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore({ endpoint: hub.endpoint, catalogue: [wrong] })
    await expect(temporary.store.pull('tiny', temporary.transfer())).rejects.toEqual(failsWith('MODEL_INVALID', message))
    expect(hub.seen.filter(({ host }) => host === 'cdn')).toEqual([])
  })

  it('repairs a damaged model', async () => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore({ endpoint: hub.endpoint, catalogue: [entry] })
    const model = await temporary.store.pull('tiny', temporary.transfer())
    writeFileSync(model.path, content.subarray(0, 1000))
    await expect(temporary.store.resolve('tiny')).rejects.toEqual(
      failsWith('MODEL_INVALID', /damaged: model.gguf is missing or has another size/),
    )
    await temporary.store.pull('tiny', temporary.transfer())
    expect(readFileSync(model.path).equals(content)).toBe(true)
    expect(hub.seen.at(-1)!.range).toBe('bytes=1000-')
  })

  it('does not replace another model of that name', async () => {
    await using hub = await fakeHub({ [name]: { content } })
    using temporary = temporaryStore({ endpoint: hub.endpoint })
    writeFileSync(join(temporary.base, 'a.gguf'), ggufOfSize(50, 3))
    await temporary.store.import('a.gguf', { ...temporary.transfer(), id })
    await expect(temporary.store.pull('hf:user/repo', temporary.transfer())).rejects.toEqual(
      failsWith('USAGE_INVALID', /Another model is installed/),
    )
  })
})
