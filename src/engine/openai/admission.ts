/** How many requests are under way at once, by how the server takes them. */
export interface Admission {
  /** Waits for its turn, runs, and makes room. Rejects with the signal's reason when it is aborted while waiting. */
  run<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value>
  /** The server says that it is asked for too much: half as many from now on, and none begins before the pause is over. */
  backOff(pauseMs: number): void
  /** Requests that may be under way at this moment. */
  readonly limit: number
}

interface AdmissionOptions {
  /** Requests at once to begin with. */
  initial: number
  /** Never more. */
  most: number
  /** Whether requests wait inside the server already; asked before more are admitted. */
  isCrowded?: () => Promise<boolean>
  now?: () => number
}

/**
 * One more request after as many answers as are let through at once, half as many after a refusal: what TCP does about congestion (RFC 5681),
 * and for the same reason: nobody else knows how many the server can take beside what others ask of it.
 */
export function createAdmission({ initial, most, isCrowded, now = () => performance.now() }: AdmissionOptions): Admission {
  const waiting: (() => void)[] = []
  let limit = Math.min(initial, most)
  let [running, answered, pausedUntil, lastBackOff]: [number, number, number, number] = [0, 0, 0, 0]
  let timer: NodeJS.Timeout | undefined

  const admit = () => {
    const pause = pausedUntil - now()
    if (pause > 0) {
      timer ??= setTimeout(() => {
        timer = undefined
        admit()
      }, pause)
      return
    }
    while (running < limit) {
      const next = waiting.shift()
      if (!next) return
      running++
      next()
    }
  }

  /** Nobody waits for its end any more: then it must not keep a program alive. */
  const dropTimer = () => {
    if (waiting.length > 0) return
    clearTimeout(timer)
    timer = undefined
  }

  const grow = async () => {
    if (limit >= most || ++answered < limit) return
    answered = 0
    const backOffs = lastBackOff
    if (await isCrowded?.().catch(() => false)) limit = Math.max(1, limit - 1)
    else if (backOffs === lastBackOff) limit++
    admit()
  }

  return {
    get limit() {
      return limit
    },
    async run(signal, work) {
      await turn(waiting, { signal, admit, onLeave: dropTimer })
      try {
        const value = await work()
        // Whoever has the answer does not wait for what is made of it.
        void grow()
        return value
      } finally {
        running--
        admit()
        dropTimer()
      }
    },
    backOff(pauseMs) {
      lastBackOff++
      answered = 0
      const until = now() + pauseMs
      // Requests that were sent together are refused together: that is one sign and not several.
      if (now() >= pausedUntil) limit = Math.max(1, Math.floor(limit / 2))
      pausedUntil = Math.max(pausedUntil, until)
    },
  }
}

interface Turn {
  signal: AbortSignal
  admit: () => void
  onLeave: () => void
}

function turn(waiting: (() => void)[], { signal, admit, onLeave }: Turn): Promise<void> {
  return new Promise((resolve, reject) => {
    const enter = () => {
      signal.removeEventListener('abort', leave)
      resolve()
    }
    const leave = () => {
      waiting.splice(waiting.indexOf(enter), 1)
      onLeave()
      reject(signal.reason as Error)
    }
    if (signal.aborted) return reject(signal.reason as Error)
    waiting.push(enter)
    signal.addEventListener('abort', leave, { once: true })
    admit()
  })
}
