import { existsSync, linkSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CatalogueEntry } from '../../../src/engine/models/catalogue.ts'
import { openModelStore } from '../../../src/engine/models/model-store.ts'
import { fakeHub, sha256 } from './fake-hub.ts'
import { ggufBytes, ggufOfSize, tinyValues } from './gguf-fixture.ts'
import { temporaryStore } from './store-fixture.ts'

const content = ggufOfSize(50_000)
const failsWith = (code: string, message: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(message) })
const entry: CatalogueEntry = {
  id: 'qwen3-coder',
  title: 'Qwen',
  repository: 'user/repo',
  quant: 'Q4_K_M',
  files: [],
  approximateBytes: 1,
  memoryBytes: 1,
  contextTokens: 1,
  licence: { name: 'MIT', open: true },
  parameters: { totalBillions: 1, activeBillions: 0.1 },
  shape: { layers: null, expertShare: null, cacheBytesPerToken: null },
  goodFor: 'review',
  verified: false,
  scores: [],
  note: null,
} // prettier-ignore

describe('import', () => {
  it('links the file into the store and records what it is', async () => {
    using temporary = temporaryStore()
    const path = join(temporary.base, 'My Model.Q4_K_M.gguf')
    writeFileSync(path, content)
    const model = await temporary.store.import('My Model.Q4_K_M.gguf', temporary.transfer())
    expect(model).toMatchObject({
      id: 'my-model.q4_k_m',
      bytes: content.length,
      digest: `sha256:${sha256(content)}`,
      manifest: { source: { kind: 'import', path }, checked: false, licence: 'apache-2.0', contextTokens: 4096, architecture: 'qwen3moe' },
    })
    expect(statSync(model.path).ino).toBe(statSync(path).ino)
    expect(await temporary.store.list()).toEqual([{ state: 'ready', id: 'my-model.q4_k_m', model }])
    expect(await temporary.store.preferred()).toEqual(model)
    expect(temporary.events.at(-1)).toMatchObject({ phase: 'hash', doneBytes: content.length, totalBytes: content.length })
  })

  it('copies when asked to, under the name that was given', async () => {
    using temporary = temporaryStore()
    writeFileSync(join(temporary.base, 'a.gguf'), content)
    const model = await temporary.store.import('a.gguf', { ...temporary.transfer(), copy: true, id: 'mine' })
    expect(model.id).toBe('mine')
    expect(statSync(model.path).nlink).toBe(1)
    expect(readFileSync(model.path).equals(content)).toBe(true)
    expect(temporary.events.at(-1)).toMatchObject({ phase: 'copy', doneBytes: content.length })
  })

  it('takes all parts of a split model, through a symbolic link too', async () => {
    using temporary = temporaryStore()
    const parts = [1, 2].map((seed) => ggufBytes({ seed, values: tinyValues({ 'split.count': { type: 'uint16', value: 2 } }) }))
    for (const [index, part] of parts.entries()) writeFileSync(join(temporary.base, `Big-0000${index + 1}-of-00002.gguf`), part)
    symlinkSync(join(temporary.base, 'Big-00002-of-00002.gguf'), join(temporary.base, 'link.gguf'))
    const model = await temporary.store.import('link.gguf', temporary.transfer())
    expect(model).toMatchObject({
      id: 'big',
      manifest: { files: [{ name: 'model-00001-of-00002.gguf' }, { name: 'model-00002-of-00002.gguf' }] },
    })
  })

  it('is content when the same model is imported again, and refuses another one of its name', async () => {
    using temporary = temporaryStore()
    writeFileSync(join(temporary.base, 'a.gguf'), content)
    const first = await temporary.store.import('a.gguf', temporary.transfer())
    expect(await temporary.store.import('a.gguf', temporary.transfer())).toEqual(first)
    rmSync(join(temporary.base, 'a.gguf'))
    writeFileSync(join(temporary.base, 'a.gguf'), ggufOfSize(50_000, 2))
    await expect(temporary.store.import('a.gguf', temporary.transfer())).rejects.toEqual(
      failsWith('USAGE_INVALID', /Another model is installed as a\./),
    )
  })

  it.each([
    ['a page', Buffer.from('<html></html>'), /does not begin with the GGUF magic/],
    ['nothing', Buffer.alloc(0), /ends after 0 bytes, inside its header/],
    ['a file cut in its header', content.subarray(0, 100), /ends after 100 bytes, inside its header/],
    ['a file cut in its weights', content.subarray(0, -1), new RegExp(`has ${content.length - 1} bytes of at least ${content.length}`)],
  ])('refuses %s', async (_what, bytes, message) => {
    using temporary = temporaryStore()
    writeFileSync(join(temporary.base, 'a.gguf'), bytes)
    await expect(temporary.store.import('a.gguf', temporary.transfer())).rejects.toEqual(failsWith('MODEL_INVALID', message))
    expect(existsSync(temporary.directory)).toBe(false)
  })

  it('reads a header that is longer than the first read', async () => {
    using temporary = temporaryStore()
    const tokens = Array.from({ length: 60_000 }, (_, index) => `a token of some length ${index}`)
    writeFileSync(
      join(temporary.base, 'a.gguf'),
      ggufBytes({ values: tinyValues({ 'tokenizer.ggml.tokens': { type: 'strings', value: tokens } }) }),
    )
    expect(await temporary.store.import('a.gguf', temporary.transfer())).toMatchObject({ manifest: { contextTokens: 4096 } })
  })

  it.each([
    ['nothing there', 'none.gguf', undefined, 'MODEL_UNKNOWN', /There is no file/],
    ['a directory', '.', undefined, 'MODEL_INVALID', /not a regular file/],
    ['a part without the others', 'x-00001-of-00002.gguf', undefined, 'MODEL_INVALID', /the part x-00002-of-00002.gguf is not beside it/],
    ['a name that leads out of the store', 'a.gguf', '../a', 'USAGE_INVALID', /"..\/a" cannot name a model/],
    ['a name that Windows keeps for a device', 'a.gguf', 'con', 'USAGE_INVALID', /"con" cannot name a model/],
    ['a file whose name has no letters', '…gguf'.replace('gguf', '.gguf'), undefined, 'USAGE_INVALID', /cannot name a model of the store/],
  ] as const)('refuses %s', async (_what, file, id, code, message) => {
    using temporary = temporaryStore()
    for (const name of ['a.gguf', 'x-00001-of-00002.gguf', '….gguf']) writeFileSync(join(temporary.base, name), content)
    await expect(temporary.store.import(file, { ...temporary.transfer(), id })).rejects.toEqual(failsWith(code, message))
  })

  it('leaves nothing behind when it is stopped or the disk is full', async () => {
    using temporary = temporaryStore({ space: { free: async () => 0, everyBytes: 1 } })
    writeFileSync(join(temporary.base, 'a.gguf'), content)
    const stop = new AbortController()
    const stopped = temporary.store.import('a.gguf', { signal: stop.signal, onProgress: () => stop.abort() })
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
    await expect(temporary.store.import('a.gguf', { ...temporary.transfer(), copy: true })).rejects.toEqual(
      failsWith('DISK_FULL', /Not enough room/),
    )
    expect(readdirSync(temporary.directory)).toEqual([])
    expect(readFileSync(join(temporary.base, 'a.gguf')).equals(content)).toBe(true)
  })

  it('does not let a later pull write into the file of the user that a killed import linked', async () => {
    await using hub = await fakeHub({ 'T-Q4_K_M.gguf': { content: ggufOfSize(50_000, 2) } })
    using temporary = temporaryStore(hub)
    const mine = join(temporary.base, 'mine.gguf')
    const folder = join(temporary.directory, 'user--repo--q4_k_m')
    writeFileSync(mine, content)
    mkdirSync(folder, { recursive: true })
    linkSync(mine, join(folder, 'model.gguf.part'))
    await temporary.store.pull('hf:user/repo', temporary.transfer())
    expect(readFileSync(mine).equals(content)).toBe(true)
  })
})

describe('verify', () => {
  it('finds a model whole, and shows what was changed or went missing', async () => {
    using temporary = temporaryStore()
    writeFileSync(join(temporary.base, 'a.gguf'), content)
    const model = await temporary.store.import('a.gguf', { ...temporary.transfer(), copy: true })
    expect(await temporary.store.verify('a', temporary.transfer())).toEqual({
      id: 'a',
      ok: true,
      files: [{ name: 'model.gguf', expected: sha256(content), actual: sha256(content) }],
    })
    const changed = Buffer.from(content)
    changed[content.length - 1]! ^= 1
    writeFileSync(model.path, changed)
    expect(await temporary.store.verify('a', temporary.transfer())).toMatchObject({ ok: false, files: [{ actual: sha256(changed) }] })
  })

  it('does not know what is not installed', async () => {
    using temporary = temporaryStore()
    await expect(temporary.store.verify('a', temporary.transfer())).rejects.toEqual(failsWith('MODEL_UNKNOWN', /a is not installed/))
    await expect(temporary.store.verify('../a', temporary.transfer())).rejects.toEqual(failsWith('MODEL_UNKNOWN', /cannot name a model/))
  })

  it('says at once when something is missing', async () => {
    using temporary = temporaryStore()
    writeFileSync(join(temporary.base, 'a.gguf'), content)
    rmSync((await temporary.store.import('a.gguf', temporary.transfer())).path)
    await expect(temporary.store.verify('a', temporary.transfer())).rejects.toEqual(
      failsWith('MODEL_INVALID', /a is damaged: model.gguf is missing/),
    )
  })

  it('can be stopped', async () => {
    using temporary = temporaryStore()
    writeFileSync(join(temporary.base, 'a.gguf'), content)
    await temporary.store.import('a.gguf', temporary.transfer())
    await expect(temporary.store.verify('a', { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('remove', () => {
  it('removes a model and says how much lay there, but not the file it was linked to', async () => {
    using temporary = temporaryStore()
    writeFileSync(join(temporary.base, 'a.gguf'), content)
    await temporary.store.import('a.gguf', temporary.transfer())
    expect(await temporary.store.remove('a')).toBeGreaterThan(content.length)
    expect(await temporary.store.list()).toEqual([])
    expect(existsSync(join(temporary.base, 'a.gguf'))).toBe(true)
  })

  it.each(['none', '../outside', '..', 'foreign', 'file'])('removes nothing for %s', async (id) => {
    using temporary = temporaryStore()
    mkdirSync(join(temporary.directory, 'foreign'), { recursive: true })
    writeFileSync(join(temporary.directory, 'foreign', 'precious.gguf'), content)
    writeFileSync(join(temporary.directory, 'file'), '')
    mkdirSync(join(temporary.base, 'outside'))
    await expect(temporary.store.remove(id)).rejects.toMatchObject({ name: 'AppError' })
    expect(existsSync(join(temporary.directory, 'foreign', 'precious.gguf'))).toBe(true)
    expect(await temporary.store.list()).toEqual([])
  })

  it('does not pull the ground from under a running download', async () => {
    await using hub = await fakeHub({ 'T-Q4_K_M.gguf': { content } }, { stall: { afterBytes: 1000, times: 1 } })
    using temporary = temporaryStore({ ...hub, idleMs: 300 })
    let refused: unknown
    await temporary.store.pull('hf:user/repo', {
      signal: new AbortController().signal,
      onProgress: (event) =>
        event.type === 'retry' && void temporary.store.remove('user--repo--q4_k_m').catch((error: unknown) => (refused = error)),
    })
    expect(refused).toEqual(failsWith('USAGE_INVALID', /is being pulled or imported/))
  })
})

describe('list', () => {
  it('tells ready, damaged and partial models apart, and passes over what is not ours', async () => {
    using temporary = temporaryStore()
    writeFileSync(join(temporary.base, 'a.gguf'), content)
    for (const id of ['ready', 'short', 'garbled', 'renamed'])
      await temporary.store.import('a.gguf', { ...temporary.transfer(), id, copy: true })
    const at = (...path: string[]) => join(temporary.directory, ...path)
    writeFileSync(at('short', 'model.gguf'), 'x')
    writeFileSync(at('garbled', 'manifest.json'), '{')
    writeFileSync(
      at('renamed', 'manifest.json'),
      readFileSync(at('ready', 'manifest.json'), 'utf8').replace('"model.gguf"', '"../../../etc/passwd"'),
    )
    mkdirSync(at('partial'))
    writeFileSync(at('partial', 'model.gguf.part'), Buffer.alloc(7))
    mkdirSync(at('UPPER'))
    expect(await temporary.store.list()).toEqual([
      { state: 'damaged', id: 'garbled', reason: 'its manifest cannot be read' },
      { state: 'partial', id: 'partial', bytes: 7 },
      { state: 'ready', id: 'ready', model: expect.objectContaining({ id: 'ready' }) },
      { state: 'damaged', id: 'renamed', reason: 'its manifest cannot be read' },
      { state: 'damaged', id: 'short', reason: `model.gguf is missing or has another size than ${content.length} bytes` },
    ])
  })

  it('is empty before anything was added, and creates nothing', async () => {
    using temporary = temporaryStore()
    expect(await temporary.store.list()).toEqual([])
    expect(await temporary.store.preferred()).toBeUndefined()
    expect(existsSync(temporary.directory)).toBe(false)
  })

  it('says why a store cannot be read', async () => {
    using temporary = temporaryStore()
    const store = openModelStore({
      directory: '/dev/null',
      cwd: temporary.base,
      hub: { endpoint: 'http://127.0.0.1:9', token: null, offline: true },
    })
    await expect(store.list()).rejects.toEqual(failsWith('MODEL_MISSING', /The model store \/dev\/null cannot be read: ENOTDIR/))
  })

  it('prefers the model that was added last', async () => {
    using temporary = temporaryStore()
    writeFileSync(join(temporary.base, 'a.gguf'), content)
    for (const id of ['one', 'two']) await temporary.store.import('a.gguf', { ...temporary.transfer(), id })
    const manifest = join(temporary.directory, 'one', 'manifest.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"addedAt": "\d{4}/, '"addedAt": "2999'))
    expect((await temporary.store.preferred())?.id).toBe('one')
  })
})

describe('resolve', () => {
  it('knows an installed model by its name and by its path', async () => {
    using temporary = temporaryStore()
    writeFileSync(join(temporary.base, 'a.gguf'), content)
    const model = await temporary.store.import('a.gguf', temporary.transfer())
    for (const reference of ['a', model.path, 'models/a/model.gguf'])
      expect(await temporary.store.resolve(reference)).toEqual({ kind: 'stored', model })
  })

  it('takes a file outside the store with a digest that is labelled as partial', async () => {
    using temporary = temporaryStore()
    writeFileSync(join(temporary.base, 'a.gguf'), content)
    const resolved = await temporary.store.resolve('a.gguf')
    expect(resolved).toEqual({
      kind: 'file',
      path: join(temporary.base, 'a.gguf'),
      bytes: content.length,
      digest: expect.stringMatching(/^partial-sha256:[0-9a-f]{64}$/),
      contextTokens: 4096,
    })
    writeFileSync(join(temporary.base, 'a.gguf'), ggufOfSize(50_000, 2))
    expect(await temporary.store.resolve('./a.gguf')).not.toMatchObject({ digest: (resolved as { digest: string }).digest })
  })

  it('says what would be pulled for a name of the catalogue and for a repository', async () => {
    using temporary = temporaryStore({ catalogue: [entry] })
    expect(await temporary.store.resolve('qwen3-coder')).toEqual({
      kind: 'missing',
      wish: { reference: 'qwen3-coder', repository: 'user/repo', revision: 'main', quant: 'Q4_K_M', file: null, entry },
    })
    expect(await temporary.store.resolve('hf:user/repo:Q8_0/folder/x.gguf#v1')).toEqual({
      kind: 'missing',
      wish: {
        kind: 'hub',
        reference: 'hf:user/repo:Q8_0/folder/x.gguf#v1',
        repository: 'user/repo',
        revision: 'v1',
        quant: 'Q8_0',
        file: 'folder/x.gguf',
        entry: null,
      },
    })
  })

  it.each([
    ['qwen3-codr', /no model "qwen3-codr"/, 'Did you mean qwen3-coder?'],
    ['./missing.gguf', /no model file/, /Name a/],
    ['/', /that is not a regular file/, /Name a/],
    ['..', /that is not a regular file/, /Name a/],
    ['zzz\u001b[31m', /no model "zzz\\u001b\[31m"/, /See `agent models list`/],
    ['hf:user', /names no model on the hub/, /Write it as/],
    ['hf:../..', /names no model on the hub/, /Write it as/],
    ['hf:user/repo/../../x.gguf', /names no model on the hub/, /Write it as/],
    ['hf:user/repo/a\u202e.gguf', /names no model on the hub/, /Write it as/],
    ['hf:user/repo#../x', /names no model on the hub/, /Write it as/],
  ] as const)('does not know %j', async (reference, message, hint) => {
    using temporary = temporaryStore({ catalogue: [entry] })
    await expect(temporary.store.resolve(reference)).rejects.toEqual(
      expect.objectContaining({ code: 'MODEL_UNKNOWN', message: expect.stringMatching(message), hint: expect.stringMatching(hint) }),
    )
  })

  it('refuses a file that is no model', async () => {
    using temporary = temporaryStore()
    await expect(temporary.store.resolve('/etc/passwd')).rejects.toEqual(failsWith('MODEL_INVALID', /does not begin with the GGUF magic/))
  })

  it('tells a download that has not ended from a name that nobody knows', async () => {
    using temporary = temporaryStore()
    mkdirSync(join(temporary.directory, 'half'), { recursive: true })
    writeFileSync(join(temporary.directory, 'half', '.lock'), '')
    await expect(temporary.store.resolve('half')).rejects.toEqual(failsWith('MODEL_MISSING', /download of half has not ended/))
  })
})
