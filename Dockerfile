FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
COPY . .
# The history stays outside, so the version is told: --build-arg PARLEY_VERSION="$(git describe --tags | cut -c 2-)"
ARG PARLEY_VERSION
RUN dotnet publish src/Parley.Cli -c Release -o /out --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN useradd --create-home parley && mkdir /data && chown parley /data
COPY --from=build /out /opt/parley
USER parley
VOLUME /data
EXPOSE 8080
ENV PARLEY_DATA=/data
ENTRYPOINT ["/opt/parley/parley"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
