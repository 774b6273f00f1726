# The agent in a container: docs/installing.md says how it is built and run.
# A tag may come to name another image; a digest does not:
#   docker build --build-arg PYTHON=python:3.13-slim-trixie@sha256:... -t astravue .
ARG PYTHON=python:3.13-slim-trixie

FROM ${PYTHON} AS build
# base, or local for the embedded model
ARG LOCK=base
WORKDIR /source
COPY locks/ locks/
RUN python -m venv /opt/astravue \
    && /opt/astravue/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r "locks/${LOCK}.txt" \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r locks/build.txt
COPY . .
RUN /opt/build/bin/pip wheel --no-cache-dir --no-build-isolation --no-deps --no-index --wheel-dir /wheel . \
    && /opt/astravue/bin/pip install --no-cache-dir --no-deps --no-index /wheel/*.whl \
    && /opt/astravue/bin/pip check \
    && /opt/astravue/bin/pip uninstall --yes pip

FROM ${PYTHON}
RUN useradd --create-home --uid 1000 astravue \
    && install --directory --owner astravue --group astravue --mode 700 /state
COPY --from=build /opt/astravue /opt/astravue
ENV PATH=/opt/astravue/bin:$PATH \
    ASTRAVUE_HOME=/state \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1
USER 1000:1000
WORKDIR /home/astravue
VOLUME /state
ENTRYPOINT ["astravue"]
