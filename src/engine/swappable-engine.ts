import { AppError } from '../domain/errors.ts'
import { aroundEngine } from './around-engine.ts'
import type { Engine, EngineHandle, GenerateRequest, Generation } from './engine.ts'

/** An engine whose model can be exchanged while it is asked. */
export interface SwappableEngine extends Engine {
  /** What answers at this moment. */
  readonly current: Engine
  /**
   * Opens another model and asks it from then on. Requests that are under way end where they began; later ones wait for the new one. Where it cannot
   * be opened, the old one stays, and the reason is thrown. Of several exchanges at once the last one counts.
   */
  exchange(next: EngineHandle, signal: AbortSignal): Promise<void>
}

/** One model with the requests that it answers. */
interface Seat {
  engine: Engine
  running: number
  /** Called when nothing is under way any more; set once the model is to go. */
  leave: (() => void) | null
}

/** Who answers now, and those who still have to finish. */
function createSeats(first: Engine) {
  let seat: Seat = { engine: first, running: 0, leave: null }
  const retiring = new Set<Promise<void>>()

  let isClosed = false
  const closing = Promise.withResolvers<void>()

  const retire = async (old: Seat): Promise<void> => {
    if (old.running > 0) await Promise.race([new Promise<void>((resolve) => (old.leave = resolve)), closing.promise])
    await old.engine.close()
  }

  const install = (engine: Engine): void => {
    const forget = () => void retiring.delete(gone)
    // A model that does not go is nobody's business but that of whoever closes all of them.
    const gone = retire(seat).then(forget, forget)
    retiring.add(gone)
    seat = { engine, running: 0, leave: null }
  }

  return {
    get engine() {
      return seat.engine
    },
    async generate(request: GenerateRequest): Promise<Generation> {
      if (isClosed) throw closed()
      const own = seat
      own.running++
      try {
        return await own.engine.generate(request)
      } finally {
        if (--own.running === 0) own.leave?.()
      }
    },
    /** From then on the next one answers; the old one goes with its last answer. */
    async change(next: EngineHandle, signal: AbortSignal): Promise<void> {
      if (isClosed) throw closed()
      const engine = await next.open(signal)
      if (!isClosed) return install(engine)
      await engine.close()
      throw closed()
    },
    async close(changing: Promise<void>): Promise<void> {
      isClosed = true
      closing.resolve()
      await changing
      await seat.engine.close()
      await Promise.allSettled(retiring)
    },
  }
}

/** Puts an exchange around an engine. That two models are loaded for a while is the price of losing no request. */
export function swappableEngine(first: Engine): SwappableEngine {
  const seats = createSeats(first)
  /** Ends with the last exchange that was asked for, however that ends. */
  let changing: Promise<void> = Promise.resolve()
  return aroundEngine(() => seats.engine, {
    get current() {
      return seats.engine
    },
    async generate(request: GenerateRequest) {
      await settled(changing, request.signal)
      return await seats.generate(request)
    },
    exchange(next: EngineHandle, signal: AbortSignal) {
      const mine = after(changing, () => seats.change(next, signal))
      changing = mine.catch(() => {})
      return mine
    },
    close: () => seats.close(changing),
  })
}

async function after<Value>(earlier: Promise<void>, work: () => Promise<Value>): Promise<Value> {
  await earlier
  return await work()
}

/** Waits for an exchange, however it ends; rejects with the signal's reason when it is aborted first. */
async function settled(changing: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([changing, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

const closed = () => new AppError('ENGINE_UNAVAILABLE', 'The engine is closed.')
