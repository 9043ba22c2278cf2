import type Docker from 'dockerode'
import { AppError } from '../../domain/errors.ts'
import { version } from '../../domain/version.ts'
import { dockerAddress, reasonOf } from './docker-address.ts'
import type { SandboxSurroundings } from './provider.ts'

const deadlineMs = 3000

/** The image that `agent doctor --build-sandbox` makes. */
export const sandboxImage = `coding-agent-sandbox:${version}`

/** A daemon that answers, and what containers on it must take into account. */
export interface DockerDaemon {
  docker: Docker
  /** Of the daemon, as a person knows it. */
  address: string
  cpus: number
  /** Such as `rootless`, `userns` and `selinux`. */
  securityOptions: ReadonlySet<string>
  runtimes: ReadonlySet<string>
}

/** Reaches the daemon that the environment names. Throws `SANDBOX_UNAVAILABLE` with the reason where none answers. */
export async function connectDocker({ environment, signal }: SandboxSurroundings): Promise<DockerDaemon> {
  const options = await dockerAddress(environment)
  const address = options.socketPath ?? `${options.host}:${options.port}`
  const { default: Client } = await import('dockerode')
  const docker = new Client(options)
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
  try {
    // The client takes the signal; its types do not know.
    const ask: (options: { abortSignal: AbortSignal }) => Promise<DaemonInfo> = docker.info.bind(docker)
    const info = await ask({ abortSignal: inTime })
    return {
      docker,
      address,
      cpus: info.NCPU ?? Number.POSITIVE_INFINITY,
      securityOptions: new Set((info.SecurityOptions ?? []).flatMap((option) => /(?:^|,)name=(\w+)/.exec(option)?.[1] ?? [])),
      runtimes: new Set(Object.keys(info.Runtimes ?? {})),
    }
  } catch (error) {
    signal.throwIfAborted()
    const reason = inTime.aborted ? `did not answer within ${deadlineMs} ms` : whyUnreachable(error)
    throw new AppError('SANDBOX_UNAVAILABLE', `The Docker daemon at ${address} ${reason}.`, {
      cause: error,
      hint: 'Start Docker, or set DOCKER_HOST.',
    })
  }
}

/** As much of `docker info` as is used; another engine may leave out any of it. */
interface DaemonInfo {
  NCPU?: number
  SecurityOptions?: readonly string[] | null
  Runtimes?: Readonly<Record<string, unknown>> | null
}

/** The image that commands run in. Throws `SANDBOX_UNAVAILABLE` where the daemon does not have it: none is ever pulled by a run. */
export async function requireImage({ docker, address }: DockerDaemon, wanted: string | null, signal: AbortSignal): Promise<string> {
  const image = wanted ?? sandboxImage
  try {
    await docker.getImage(image).inspect()
    return image
  } catch (error) {
    signal.throwIfAborted()
    if (statusOf(error) !== 404) throw daemonFailure(address, error)
    const hint = wanted === null ? 'Run `agent doctor --build-sandbox`.' : `Run \`docker pull ${wanted}\`, or correct sandbox.image.`
    throw new AppError('SANDBOX_UNAVAILABLE', `The Docker daemon at ${address} has no image ${image}.`, { cause: error, hint })
  }
}

/** For what the daemon refuses although it answers. */
export function daemonFailure(address: string, cause: unknown): AppError {
  return new AppError('SANDBOX_UNAVAILABLE', `The Docker daemon at ${address} cannot run a command: ${reasonOf(cause)}.`, {
    cause,
    hint: 'Look at the log of the daemon, or set sandbox.use to bwrap.',
  })
}

/** The HTTP status of the daemon's answer, where there was one. */
export function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined
}

function whyUnreachable(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'is not there'
  if (code === 'ECONNREFUSED') return 'is not running'
  if (code === 'EACCES') return 'may not be used by this user'
  return `cannot be used: ${reasonOf(error)}`
}
