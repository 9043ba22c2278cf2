/** What finding and starting a GPU needs, and what every program needs on some platform. Keys and tokens of ours are none of the native library's business. */
const passedOn = new Set(
  `PATH HOME LANG LC_ALL TMPDIR TEMP TMP XDG_DATA_DIRS XDG_DATA_HOME AGENT_HOME
   SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA
   LD_LIBRARY_PATH DYLD_LIBRARY_PATH CUDA_PATH CUDA_HOME CUDA_VISIBLE_DEVICES CUDA_DEVICE_ORDER
   NVIDIA_VISIBLE_DEVICES NVIDIA_DRIVER_CAPABILITIES VULKAN_SDK VK_ICD_FILENAMES VK_DRIVER_FILES GGML_VK_VISIBLE_DEVICES`.split(/\s+/),
)

/** The environment of the engine process. */
export function processEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && passedOn.has(name.toUpperCase()) ? [[name, value] as const] : [],
  )
  // The library computes on threads of its own; several of libuv's would each bring a set of them along,
  // and two that choose a token at once would disturb each other's numbers: llama.cpp sorts its logits when they are first read.
  return { ...Object.fromEntries(passed), UV_THREADPOOL_SIZE: '1' }
}
