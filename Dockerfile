# Locus in a container: docs/deploy.md says how to run it.
#
#   docker build -t locus .
#   docker run --detach --name locus --publish 127.0.0.1:8080:8080 --volume locus-data:/data locus
#
# One Debian release for both ends: WasmEdge 0.17 is packaged from forky on, and the server runs against the very library it was built with.
# Nothing here is for one processor: on arm64 the same lines build an arm64 image.
ARG DEBIAN=forky-slim
ARG WASMEDGE=0.17.1

FROM debian:${DEBIAN} AS rust
ARG WASMEDGE
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates g++ libc6-dev libclang-dev "libwasmedge-dev=$WASMEDGE-*" pkg-config rustup \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY rust-toolchain.toml ./
# rustup installs what the file names, in a layer of its own.
RUN cargo --version
COPY Cargo.toml Cargo.lock clippy.toml ./
COPY protocol protocol
COPY codec-core codec-core
COPY estimates estimates
COPY wasi-guest wasi-guest
COPY web-worker/Cargo.toml web-worker/
COPY web-worker/src web-worker/src
COPY tools tools
COPY server server
COPY scripts/build scripts/build-web-codec scripts/
# What scripts/setup writes where it finds WasmEdge among the system's packages.
RUN mkdir .locus \
 && printf "export WASMEDGE_INCLUDE_DIR=/usr/include\nexport WASMEDGE_LIB_DIR=/usr/lib/%s\n" "$(gcc -print-multiarch)" > .locus/env
RUN --mount=type=cache,target=/root/.cargo/registry --mount=type=cache,target=/src/target \
    scripts/build guest && scripts/build-web-codec
RUN --mount=type=cache,target=/root/.cargo/registry --mount=type=cache,target=/src/target \
    . .locus/env && cargo build --locked --release --package locus-server \
 && strip -o /usr/local/bin/locus target/release/locus

FROM debian:${DEBIAN} AS web
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates nodejs npm \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY package.json package-lock.json tsconfig.base.json ./
COPY assets/package.json assets/
COPY web-worker/client/package.json web-worker/client/
RUN --mount=type=cache,target=/root/.npm \
    npm ci --no-audit --no-fund --include-workspace-root --workspace assets --workspace web-worker/client
COPY web-worker/client web-worker/client
COPY assets assets
COPY --from=rust /src/assets/public/codec assets/public/codec
RUN npm run build

FROM debian:${DEBIAN}
ARG WASMEDGE
RUN apt-get update \
 && apt-get install -y --no-install-recommends "libwasmedge0=$WASMEDGE-*" \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin locus \
 && install --directory --owner locus --group locus /data
COPY --from=rust /src/.locus/dist/codec.wasm /usr/local/share/locus/
COPY --from=web /src/assets/dist /usr/local/share/locus/pages
COPY --from=rust /usr/local/bin/locus /usr/local/bin/
ENV LOCUS_LISTEN=0.0.0.0:8080 \
    LOCUS_CODEC=/usr/local/share/locus/codec.wasm \
    LOCUS_PAGES=/usr/local/share/locus/pages \
    LOCUS_DATA=/data
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# At its first start a container compiles the codec for its processor, in some seconds; pages work already.
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["locus", "health"]
ENTRYPOINT ["locus"]
CMD ["serve"]
