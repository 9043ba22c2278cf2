import { cardBandwidth } from '../../../src/engine/fit/card-bandwidth.ts'
import type { FitMachine } from '../../../src/engine/fit/fit-machine.ts'

/** A laptop with 16 GB, of which 12 are free, and no GPU; but for what a test says. */
export function machine(changes: Partial<FitMachine> = {}): FitMachine {
  return {
    gpus: [],
    isShared: false,
    memory: { availableBytes: 12e9, totalBytes: 16e9 },
    bytesPerSecond: 40e9,
    isBusy: false,
    library: 'prebuilt',
    hasServer: false,
    ...changes,
  }
}

/** A card by its name; a twentieth of it is taken. */
export function card(name: string, gigabytes: number): FitMachine['gpus'][number] {
  return { name, totalBytes: gigabytes * 1e9, freeBytes: gigabytes * 0.95e9, bandwidth: cardBandwidth(name) }
}

const memoryOf = (gigabytes: number) => ({ availableBytes: gigabytes * 0.8e9, totalBytes: gigabytes * 1e9 })

/** Machines as people have them. */
export const machines = {
  tiny: machine({ memory: { availableBytes: 2.5e9, totalBytes: 4e9 }, bytesPerSecond: 10e9 }),
  laptop: machine({ memory: memoryOf(32), bytesPerSecond: 50e9 }),
  gaming: machine({ gpus: [card('NVIDIA GeForce RTX 3080', 10)], memory: memoryOf(32), hasServer: true }),
  large: machine({ gpus: [card('NVIDIA GeForce RTX 4090', 24)], memory: memoryOf(64) }),
  mac: machine({ gpus: [card('Apple M4 Max', 96)], isShared: true, memory: memoryOf(128), bytesPerSecond: 200e9 }),
}
