import { randomUUID } from 'node:crypto'
import type { Container, ContainerCreateOptions } from 'dockerode'
import { AppError } from '../../domain/errors.ts'
import type { Command, CommandResult } from '../command.ts'
import type { SandboxOptions, SandboxView } from '../sandbox.ts'
import { commandUser, handOver } from './command-user.ts'
import { containerLabels, reapContainers, removeContainersOf } from './container-labels.ts'
import { type ContainerCommand, containerOptions } from './container-options.ts'
import { connectDocker, type DockerDaemon, daemonFailure, requireImage, statusOf } from './docker-daemon.ts'
import { type Mount, rootInside, type SandboxProvider, type SandboxSurroundings } from './provider.ts'
import { reasonOf } from './docker-address.ts'
import { runContainer } from './run-container.ts'

/** A container for each command. Throws `SANDBOX_UNAVAILABLE` where the daemon, the image or the folders are out of reach. */
export async function openDockerSandbox(
  options: SandboxOptions,
  { root }: Pick<SandboxView, 'root'>,
  surroundings: SandboxSurroundings,
): Promise<SandboxProvider> {
  const daemon = await connectDocker(surroundings)
  const image = await requireImage(daemon, options.image, surroundings.signal)
  // What others have left is no reason not to go on.
  await reapContainers(daemon.docker).catch(() => {})
  const id = randomUUID()
  const planFor = (command: ContainerCommand, mounts: readonly Mount[], timeout: number) =>
    containerOptions(command, { daemon, image, user: commandUser(), root, mounts, options, labels: containerLabels(id, timeout) })

  await removeContainer(await createContainer(daemon, planFor({ argv: ['true'], directory: '.' }, [], 0), root))
  return {
    kind: 'docker',
    mountedAt: rootInside,
    async run(command, mounts) {
      await handOver(root, { ...surroundings, signal: command.signal })
      const container = await createContainer(daemon, planFor(command, mounts, command.timeout), root)
      return runAndRemove({ daemon, container, root }, command)
    },
    async close() {
      // Whoever opens a sandbox next removes what cannot be removed now.
      await removeContainersOf(daemon.docker, id).catch(() => {})
    },
  }
}

interface Running {
  daemon: DockerDaemon
  container: Container
  root: string
}

async function runAndRemove({ daemon, container, root }: Running, command: Command): Promise<CommandResult> {
  try {
    return await runContainer({ docker: daemon.docker, container, root }, command)
  } catch (error) {
    command.signal.throwIfAborted()
    // The daemon could not start this program, and says it is the program's fault.
    if (statusOf(error) === 400) return { ending: { kind: 'not-found' }, stdout: '', stderr: `${reasonOf(error)}\n`, durationMs: 0 }
    throw daemonFailure(daemon.address, error)
  } finally {
    await removeContainer(container)
  }
}

async function createContainer({ docker, address }: DockerDaemon, options: ContainerCreateOptions, root: string): Promise<Container> {
  try {
    // Otherwise the client puts all of it into the address too, which may only be so long.
    const request: ContainerCreateOptions & { _query: object; _body: object } = { _query: {}, _body: options }
    return await docker.createContainer(request)
  } catch (error) {
    if (!/bind source path does not exist|mounts denied/i.test(reasonOf(error))) throw daemonFailure(address, error)
    throw new AppError(
      'SANDBOX_UNAVAILABLE',
      `The Docker daemon at ${address} does not see ${root}: it runs on another machine, or in a container of its own.`,
      {
        cause: error,
        hint: 'Use a daemon of this machine (unset DOCKER_HOST), share the folder with it, or set sandbox.use to bwrap.',
      },
    )
  }
}

async function removeContainer(container: Container): Promise<void> {
  await container.remove({ force: true, v: true }).catch(() => {})
}
