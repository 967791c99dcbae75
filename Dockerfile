# The programs of Stickler on Debian slim, built with the official Swift image.
#
#   make image            with docker, podman or buildah
#
# One image for all of them: `stickler` is what it runs unless told otherwise; the others are run by
#
#   docker run --entrypoint /usr/bin/stickler-agent  IMAGE …    # on a node: --network host --user 0 --cap-drop all
#                                                               #   --cap-add net_raw --cap-add setuid --cap-add setgid
#   docker run --entrypoint /usr/bin/stickler-echo   IMAGE …    # the server whose answers say who gave them
#   docker run --entrypoint /usr/bin/stickler-client IMAGE …    # who asks it
#
# and in Kubernetes by `command`, as in k8s/.
#
# Both images are of the same Debian, so that the libraries here are those that the programs were linked against. Name
# them by digest (--build-arg BUILD_IMAGE=…@sha256:…) for an image that is built of the same things next year: one compiler
# makes of one commit the same programs to the bit, in whatever folder (make reproducible).
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
# tcpdump is what k8s/capture runs; the libraries are those that the programs link (a test compares).
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    ca-certificates libcurl4 libmicrohttpd12 libpcap0.8 libsqlite3-0 libssl3 libstdc++6 libzstd1 \
    tcpdump zlib1g \
  && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*
COPY --from=build /out/ /
COPY scripts/healthcheck /usr/libexec/stickler/healthcheck
LABEL org.opencontainers.image.title="Stickler" \
  org.opencontainers.image.description="Passive UDP session-affinity analyzer for Kubernetes" \
  org.opencontainers.image.licenses="Apache-2.0"
# A number, so that runAsNonRoot can be checked without a look into the image. The agent alone is started as root, and
# is it no longer once its capture socket is open.
USER 65532:65532
WORKDIR /captures
# For servers (HEALTH=ADDRESS:PORT says where theirs is); the others have ended before anybody asks. Kubernetes does not
# look at it, its probes are in k8s/.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["/usr/libexec/stickler/healthcheck"]
ENTRYPOINT ["/usr/bin/stickler"]
CMD ["--help"]
