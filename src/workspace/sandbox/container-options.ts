import { posix } from 'node:path'
import type { ContainerCreateOptions } from 'dockerode'
import type { Command } from '../command.ts'
import type { SandboxOptions } from '../sandbox.ts'
import { commandEnvironment } from './command-environment.ts'
import type { DockerDaemon } from './docker-daemon.ts'
import { limits } from './limits.ts'
import { type Mount, rootInside } from './provider.ts'

export interface ContainerPlan {
  daemon: Pick<DockerDaemon, 'cpus' | 'securityOptions' | 'runtimes'>
  image: string
  /** `uid:gid` on this machine. */
  user: string
  root: string
  mounts: readonly Mount[]
  options: Pick<SandboxOptions, 'memory' | 'cpus'>
  labels: Record<string, string>
}

export type ContainerCommand = Pick<Command, 'argv' | 'directory' | 'environment' | 'input'>

/** One container for one command, with as little as it can do with. */
export function containerOptions(command: ContainerCommand, plan: ContainerPlan): ContainerCreateOptions {
  const hasInput = command.input !== undefined
  const [program = '', ...args] = command.argv
  return {
    Image: plan.image,
    // The image's own would come before the program otherwise.
    Entrypoint: [program],
    Cmd: args,
    Env: Object.entries(commandEnvironment(command)).map(([name, value]) => `${name}=${value}`),
    User: userInside(plan),
    WorkingDir: posix.join(rootInside, command.directory),
    Hostname: 'sandbox',
    Labels: plan.labels,
    StopSignal: 'SIGKILL',
    Healthcheck: { Test: ['NONE'] },
    NetworkDisabled: true,
    Tty: false,
    AttachStdin: hasInput,
    OpenStdin: hasInput,
    StdinOnce: hasInput,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: { ...confinement(plan), ...allowance(plan), Mounts: mountsOf(plan) },
  }
}

/** Without privileges, with every capability gone, behind the daemon's own seccomp profile. */
function confinement({ daemon: { securityOptions, runtimes } }: ContainerPlan): ContainerCreateOptions['HostConfig'] {
  return {
    NetworkMode: 'none',
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    // Relabelling the user's own files, which is the other way, would outlive the run.
    SecurityOpt: ['no-new-privileges', ...(securityOptions.has('selinux') ? ['label=disable'] : [])],
    IpcMode: 'private',
    Init: true,
    AutoRemove: false,
    RestartPolicy: { Name: 'no' },
    LogConfig: { Type: 'none', Config: {} },
    // A daemon that shifts user ids would make the tree belong to nobody inside.
    ...(securityOptions.has('userns') ? { UsernsMode: 'host' } : {}),
    ...(runtimes.has('runsc') ? { Runtime: 'runsc' } : {}),
  }
}

function allowance(plan: ContainerPlan): ContainerCreateOptions['HostConfig'] {
  const { memory, cpus } = plan.options
  const [uid, gid] = userInside(plan).split(':')
  return {
    PidsLimit: limits.processes,
    Memory: memory,
    // No swap beside the memory.
    MemorySwap: memory,
    OomKillDisable: false,
    NanoCpus: Math.round(Math.min(cpus, plan.daemon.cpus) * 1e9),
    CpuShares: 256,
    ShmSize: limits.sharedMemory,
    // The mode gives way to that of the image's own folder, the owner does not.
    Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,size=${limits.temporary},mode=1777,uid=${uid},gid=${gid}` },
    Ulimits: [
      { Name: 'nofile', Soft: limits.openFiles, Hard: limits.openFiles },
      { Name: 'core', Soft: 0, Hard: 0 },
      { Name: 'fsize', Soft: limits.fileSize, Hard: limits.fileSize },
    ],
  }
}

/** Not `Binds`: there the daemon makes a folder that it does not find, as one on another machine would not. */
function mountsOf({ root, mounts }: ContainerPlan): NonNullable<ContainerCreateOptions['HostConfig']>['Mounts'] {
  return [
    { Type: 'bind', Source: root, Target: rootInside, ReadOnly: false },
    ...mounts.map(({ source, target }) => ({
      Type: 'bind' as const,
      Source: source,
      Target: posix.join(rootInside, target),
      ReadOnly: true,
    })),
  ]
}

/** A daemon that a user runs makes its root that user, and everybody else somebody who may not write the tree. */
function userInside({ user, daemon }: ContainerPlan): string {
  return daemon.securityOptions.has('rootless') ? '0:0' : user
}
