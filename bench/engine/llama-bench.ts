import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'

const run = promisify(execFile)

const rowsSchema = z.array(
  z.object({ n_prompt: z.int(), n_gen: z.int(), avg_ts: z.number().positive(), build_commit: z.string().optional() }),
)

export interface LlamaBenchOptions {
  program: string
  model: string
  threads: number
  isOnGpu: boolean
  promptTokens: number
  generatedTokens: number
}

/** Tokens per second that llama.cpp's own benchmark reaches in one run of its. */
export async function llamaBench(options: LlamaBenchOptions): Promise<{ prompt: number; generation: number }> {
  const { program, model, threads, isOnGpu, promptTokens, generatedTokens } = options
  const sizes = ['-p', String(promptTokens), '-n', String(generatedTokens), '-b', '2048', '-ub', '512']
  const place = ['-t', String(threads), '-ngl', isOnGpu ? '99' : '0']
  const { stdout } = await run(program, ['-m', model, ...sizes, ...place, '-r', '1', '-o', 'json'], { maxBuffer: 2 ** 24 })
  const rows = rowsSchema.parse(JSON.parse(stdout))
  const prompt = rows.find(({ n_prompt }) => n_prompt > 0)?.avg_ts
  const generation = rows.find(({ n_gen }) => n_gen > 0)?.avg_ts
  if (prompt === undefined || generation === undefined) throw new Error(`${program} printed no speeds.`)
  return { prompt, generation }
}
