# A small image for pipelines: reviews with the checks alone or through an endpoint. A model on this machine needs its GPU, so it is
# left out; install the package on the machine for that.
#   docker run --rm -v "$PWD:/repository:ro" coding-agent review --base origin/main --engine none
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build.ts \
  && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends git ripgrep ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  # The mounted checkout belongs to somebody else, and only this one is to be trusted.
  && git config --system --add safe.directory /repository
COPY --from=build /build/package.json /build/LICENSE /opt/coding-agent/
COPY --from=build /build/dist /opt/coding-agent/dist
COPY --from=build /build/schema /opt/coding-agent/schema
COPY --from=build /build/node_modules /opt/coding-agent/node_modules
RUN ln -s ../../../opt/coding-agent/dist/main.js /usr/local/bin/agent \
  && chmod +x /opt/coding-agent/dist/main.js
ENV AGENT_HOME=/home/node/.local/share/agent
USER node
WORKDIR /repository
ENTRYPOINT ["agent"]
CMD ["--help"]
