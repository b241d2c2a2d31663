# onrecord with everything that it needs, its models inside; it opens no connection but to a database
# that it is told of. Built with: docker build -t onrecord .
FROM python:3.11-slim AS built
WORKDIR /source
RUN python -m venv /opt/onrecord
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY index index
COPY rag rag
COPY ui ui
# torch for the processor alone: the usual one is gigabytes.
RUN /opt/onrecord/bin/pip install --no-cache-dir --constraint constraints.txt \
    --extra-index-url https://download.pytorch.org/whl/cpu '.[postgres]'

FROM python:3.11-slim
COPY --from=built /opt/onrecord /opt/onrecord
RUN useradd --uid 10001 --create-home --home-dir /data onrecord
ENV PATH=/opt/onrecord/bin:$PATH ONRECORD_INDEX=/data ONRECORD_HOST=0.0.0.0
USER onrecord
WORKDIR /data
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "-c", \
    "import urllib.request as r; r.urlopen('http://localhost:7860/healthz', timeout=9)"]
ENTRYPOINT ["onrecord"]
CMD ["chat"]
