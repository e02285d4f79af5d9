FROM node:22-bookworm-slim AS node

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
# Builds the dashboard.
COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
# Links the native program.
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev zlib1g-dev && rm -rf /var/lib/apt/lists/*
COPY . .
# The build does not see the Git history, so pass the version: --build-arg PARLEY_VERSION="$(git describe --tags | cut -c 2-)"
ARG PARLEY_VERSION
RUN eng/publish native

# No .NET, only the system libraries that the program calls (the C library, OpenSSL) and the certificates it trusts.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0
RUN useradd --create-home parley && mkdir /data && chown parley /data
COPY --from=build /src/artifacts/publish/native /opt/parley
USER parley
VOLUME /data
EXPOSE 8080
ENV PARLEY_DATA=/data
ENTRYPOINT ["/opt/parley/parley"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
