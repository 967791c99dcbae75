# The programs of Stickler on Debian slim, built with the official Swift image.
#
#   make image            with docker, podman or buildah
#
# Both images are of the same Debian, so that the libraries here are those that the programs were linked against.
ARG BUILD_IMAGE=docker.io/library/swift:6.3-bookworm
ARG RUNTIME_IMAGE=docker.io/library/debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
# The packages first: they change less often than the sources.
COPY Package.swift ./
COPY scripts/set-up scripts/
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends make \
  && scripts/set-up build
COPY . .
RUN make install DESTDIR=/out PREFIX=/usr

FROM ${RUNTIME_IMAGE} AS runtime
# tcpdump is what k8s/capture runs; the libraries are those that the programs link.
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    ca-certificates libcurl4 libmicrohttpd12 libpcap0.8 libssl3 libstdc++6 libzstd1 tcpdump zlib1g \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/ /
LABEL org.opencontainers.image.title="Stickler" \
  org.opencontainers.image.description="Passive UDP session-affinity analyzer for Kubernetes" \
  org.opencontainers.image.licenses="Apache-2.0"
# A number, so that runAsNonRoot can be checked without a look into the image.
USER 65532:65532
WORKDIR /captures
ENTRYPOINT ["/usr/bin/stickler"]
CMD ["--help"]
