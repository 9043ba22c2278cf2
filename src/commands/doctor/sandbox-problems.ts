import { AppError } from '../../domain/errors.ts'
import { tryBwrap } from '../../workspace/sandbox/bwrap-sandbox.ts'
import { connectDocker, requireImage } from '../../workspace/sandbox/docker-daemon.ts'
import type { SandboxSurroundings } from '../../workspace/sandbox/provider.ts'

/** Why commands cannot run in containers here, or null. */
export function dockerProblem(image: string | null, surroundings: SandboxSurroundings): Promise<AppError | null> {
  return problemOf(async () => requireImage(await connectDocker(surroundings), image, surroundings.signal))
}

/** Why commands cannot run in bubblewrap here, or null. */
export function bubblewrapProblem(surroundings: SandboxSurroundings): Promise<AppError | null> {
  return problemOf(() => tryBwrap(surroundings))
}

async function problemOf(attempt: () => Promise<unknown>): Promise<AppError | null> {
  try {
    await attempt()
    return null
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}
