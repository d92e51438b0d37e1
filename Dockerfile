# One image for every role; container/role starts them: web, worker interactive, beat, migrate and so on.
# `make image-steps` follows these same instructions on a machine that has no engine.

FROM python:3.14.7-slim-trixie@sha256:caaf356f40667c496d405780745b9ac25771c189a51dfcc42430d531ea09f8a2 AS base
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /app

FROM base AS packages
ENV PIP_NO_CACHE_DIR=1 \
    PIP_NO_COMPILE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore
COPY requirements.txt ./
# pip stays outside. Compiled here, by content and not by date: the same lock gives the same files, and nothing is
# compiled, or could be, when a container starts.
RUN python -m venv --without-pip /opt/venv \
 && pip --python /opt/venv/bin/python install --require-hashes --only-binary :all: --no-deps \
      -r requirements.txt \
 && python -m compileall -q --invalidation-mode unchecked-hash /opt/venv/lib

# pg_dump and pg_restore, of the server's major version, with the libraries that the base does not have. Same Debian.
FROM postgres:18.1-trixie@sha256:5ec39c188013123927f30a006987c6b0e20f3ef2b54b140dfa96dac6844d883f AS postgresql
# hadolint ignore=DL4006,SC2046
RUN mkdir -p /opt/postgresql/bin /opt/postgresql/lib \
 && cp /usr/lib/postgresql/18/bin/pg_dump /usr/lib/postgresql/18/bin/pg_restore /opt/postgresql/bin/ \
 && cp -L $(ldd /opt/postgresql/bin/* | awk '$3 ~ "^/" && $1 !~ "^lib(c|m|dl|rt|pthread|resolv)[.]so" { print $3 }' | sort -u) \
      /opt/postgresql/lib/

FROM packages AS build
COPY requirements-build.txt ./
RUN pip --python /opt/venv/bin/python install --require-hashes --only-binary :all: --no-deps \
      -r requirements-build.txt
COPY . ./
# The words of the file are meant to be split.
# hadolint ignore=SC2046
RUN tailwindcss --input huntaze/styles/app.css --output huntaze/static/css/app.css --minify \
 && python tools/messages.py compile \
 && env $(grep -v '^#' tools/production-like.env) python manage.py collectstatic --no-input --verbosity 0 \
 && rm -r tools requirements.txt requirements-build.txt \
 && python -m compileall -q --invalidation-mode unchecked-hash /app

FROM base
COPY --from=packages /opt/venv /opt/venv
COPY --from=postgresql /opt/postgresql /opt/postgresql
COPY --from=build /app /app
# /tmp is the one place that is written to: start it with a read-only root file system and a tmpfs or volume there.
ENV HOME=/tmp \
    HUNTAZE_POSTGRESQL_PROGRAMS=/opt/postgresql/bin \
    HUNTAZE_BIND=0.0.0.0:8000
# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
# Amazon ECS gives a volume the owner and the rights of the folder only where it is declared; else it would be root's.
VOLUME ["/tmp"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s --retries=3 CMD ["python", "container/healthy.py"]
ENTRYPOINT ["container/role"]
CMD ["web"]
# Last, so that it changes no other layer.
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Huntaze" \
      org.opencontainers.image.revision="$REVISION"
