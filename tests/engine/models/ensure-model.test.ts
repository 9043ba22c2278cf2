import { describe, expect, it } from 'vitest'
import { ensureModel, type PullProposal } from '../../../src/engine/models/ensure-model.ts'
import { fakeHub } from './fake-hub.ts'
import { ggufOfSize } from './gguf-fixture.ts'
import { temporaryStore } from './store-fixture.ts'

const files = { 'T-Q4_K_M.gguf': { content: ggufOfSize(1000) } }
const reference = 'hf:user/repo'

describe('ensureModel', () => {
  it('takes what is there without asking anybody', async () => {
    await using hub = await fakeHub(files)
    using temporary = temporaryStore(hub)
    const model = await temporary.store.pull(reference, temporary.transfer())
    const usable = ensureModel({
      store: temporary.store,
      reference,
      allowPull: false,
      ask: () => Promise.reject(new Error('asked')),
      ...temporary.transfer(),
    })
    expect(await usable).toEqual({ kind: 'stored', model })
  })

  it('downloads nothing without a terminal or permission, and names the command', async () => {
    await using hub = await fakeHub(files)
    using temporary = temporaryStore(hub)
    await expect(
      ensureModel({ store: temporary.store, reference, allowPull: false, ask: null, ...temporary.transfer() }),
    ).rejects.toMatchObject({
      code: 'MODEL_MISSING',
      hint: 'Run `agent models pull hf:user/repo`, or allow it with --pull or models.autoPull.',
    })
    expect(hub.seen).toEqual([])
  })

  it('downloads what it may', async () => {
    await using hub = await fakeHub(files)
    using temporary = temporaryStore(hub)
    expect(await ensureModel({ store: temporary.store, reference, allowPull: true, ask: null, ...temporary.transfer() })).toMatchObject({
      kind: 'stored',
    })
  })

  it.each([true, false])('asks in a terminal, with all that matters, and takes %s for an answer', async (answer) => {
    await using hub = await fakeHub(files)
    using temporary = temporaryStore(hub)
    const asked: PullProposal[] = []
    const ask = async (proposal: PullProposal) => (asked.push(proposal), answer)
    const ending = await ensureModel({ store: temporary.store, reference, allowPull: false, ask, ...temporary.transfer() }).then(
      ({ kind }) => kind,
      ({ code }: { code: string }) => code,
    )
    expect(ending).toBe(answer ? 'stored' : 'MODEL_MISSING')
    expect(asked).toEqual([
      { reference, title: 'user/repo', from: `${hub.endpoint}/user/repo`, approximateBytes: null, licence: null, verified: false },
    ])
  })

  it('does not ask for what cannot be done offline', async () => {
    await using hub = await fakeHub(files)
    using temporary = temporaryStore({ hub: { endpoint: hub.endpoint, token: null, offline: true } })
    const ask = () => Promise.reject(new Error('asked'))
    await expect(ensureModel({ store: temporary.store, reference, allowPull: false, ask, ...temporary.transfer() })).rejects.toMatchObject({
      code: 'MODEL_MISSING',
    })
    await expect(ensureModel({ store: temporary.store, reference, allowPull: true, ask, ...temporary.transfer() })).rejects.toMatchObject({
      code: 'OFFLINE',
    })
    expect(hub.seen).toEqual([])
  })
})
