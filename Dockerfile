# Pullquote with everything in it: the program, the models, and PostgreSQL's client. Nothing is fetched when it runs.
#
#   docker build -t pullquote .
#   docker run -p 127.0.0.1:7860:7860 pullquote                        the chat, on the bundled article
#   docker run pullquote pullquote worker --library postgresql://…    see docker-compose.yml
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/pullquote
ENV PATH=/opt/pullquote/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# A package index with builds of torch for the CPU saves gigabytes: --build-arg TORCH_INDEX=…
ARG TORCH_INDEX=
COPY constraints.txt ./
RUN pip install --constraint constraints.txt ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} torch
COPY pyproject.toml README.md LICENSE app.py ./
COPY bot bot
COPY index index
RUN pip install --constraint constraints.txt ".[postgres]"

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 pullquote
COPY --from=build /opt/pullquote /opt/pullquote
ENV PATH=/opt/pullquote/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=7860
USER 10001
WORKDIR /home/pullquote
EXPOSE 7860
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
CMD ["pullquote", "chat"]
