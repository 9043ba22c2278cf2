import { createCipheriv, createHash } from 'node:crypto'
import { halfOf, type TensorEntry } from './gguf.ts'

type BlockType = Extract<TensorEntry['type'], 'q4_0' | 'q8_0' | 'q4_k' | 'q6_k'>

/** How many weights a block has, and how many bytes: ggml-common.h of llama.cpp. */
const blocks: Readonly<Record<BlockType, { weights: number; bytes: number }>> = {
  q4_0: { weights: 32, bytes: 18 },
  q8_0: { weights: 32, bytes: 34 },
  q4_k: { weights: 256, bytes: 144 },
  q6_k: { weights: 256, bytes: 210 },
}

/** Bytes of so many weights. */
export function bytesOf(type: BlockType, weights: number): number {
  const block = blocks[type]
  if (weights % block.weights !== 0) throw new Error(`${weights} weights are no whole number of ${type} blocks.`)
  return (weights / block.weights) * block.bytes
}

/** Makes parts of one tensor: random weights of a given standard deviation and a mean of zero, the same for the same seed and part. */
export function randomBlocks(type: BlockType, { seed, deviation }: { seed: string; deviation: number }) {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16)
  const finish = finishers[type](deviation)
  return (part: number, weights: number): Buffer => {
    const start = Buffer.alloc(16)
    start.writeUInt32BE(part)
    const bytes = createCipheriv('aes-128-ctr', key, start).update(Buffer.alloc(bytesOf(type, weights)))
    finish(bytes)
    return bytes
  }
}

/** Random bits are weights of known spread once the scales beside them are set, whose layout differs by type. */
const finishers: Readonly<Record<BlockType, (deviation: number) => (bytes: Buffer) => void>> = {
  // Sixteen levels from -8 to 7 spread by 4.61 about -0.5; a sign that alternates takes that mean away.
  q4_0: (deviation) => {
    const scale = half(deviation / 4.61)
    return (bytes) => {
      for (let at = 0, block = 0; at < bytes.length; at += 18, block++) bytes.writeUInt16LE(scale | ((block & 1) << 15), at)
    }
  },
  q8_0: (deviation) => {
    const scale = half(deviation / 73.9)
    return (bytes) => {
      for (let at = 0; at < bytes.length; at += 34) bytes.writeUInt16LE(scale, at)
    }
  },
  // Eight pairs of a scale and a minimum of six bits, all 32.
  q4_k: (deviation) => {
    const [scale, minimum] = [half(deviation / 32 / 4.61), half((7.5 * deviation) / 32 / 4.61)]
    return (bytes) => {
      for (let at = 0; at < bytes.length; at += 144) {
        bytes.writeUInt16LE(scale, at)
        bytes.writeUInt16LE(minimum, at + 2)
        bytes.fill(0xa0, at + 4, at + 12)
        bytes.fill(0, at + 12, at + 16)
      }
    }
  },
  // Sixteen scales of eight bits, 16 and -16 by turns.
  q6_k: (deviation) => {
    const scale = half(deviation / 16 / 18.5)
    return (bytes) => {
      for (let at = 0; at < bytes.length; at += 210) {
        for (let group = 0; group < 16; group++) bytes.writeInt8(group % 2 === 0 ? 16 : -16, at + 192 + group)
        bytes.writeUInt16LE(scale, at + 208)
      }
    }
  },
}

const half = (value: number) => halfOf(new Uint32Array(Float32Array.of(value).buffer)[0]!)
