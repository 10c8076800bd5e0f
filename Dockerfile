# The doors by default; `dygnet work` in a second container is the engine. docs/run-it.md shows both.
#
#   docker build -t dygnet .
#   docker run --rm dygnet dygnet --help

# 3.11 is the version every test runs on. Only wheels are taken, so that no compiler is needed in either stage.
FROM python:3.11-slim AS packages
COPY requirements.lock /
RUN python -m venv --without-pip /opt/dygnet \
    && pip --python /opt/dygnet/bin/python install --no-cache-dir --no-compile --only-binary :all: --require-hashes -r /requirements.lock

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin dygnet \
    && install -d -o dygnet -g dygnet -m 700 /data
COPY --from=packages /opt/dygnet /opt/dygnet
COPY LICENSE alembic.ini /srv/dygnet/
COPY migrations /srv/dygnet/migrations
COPY app /srv/dygnet/app
ENV PATH=/opt/dygnet/bin:$PATH PYTHONPATH=/srv/dygnet
# What is imported is compiled here, once and no more than that: the user that runs it may not write there.
RUN printf '%s\n' '#!/opt/dygnet/bin/python' 'from app.cli import main' 'main()' > /opt/dygnet/bin/dygnet \
    && chmod 755 /opt/dygnet/bin/dygnet \
    && python -c 'import app.cli, app.main, app.worker'

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/dygnet.db \
    KEYS_DIR=/data/keys

USER dygnet
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["dygnet", "serve", "--host", "0.0.0.0"]
