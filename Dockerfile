# syntax=docker/dockerfile:1
# The package of `npm run pack`, installed where there is Node and nothing to build with.
FROM node:24-trixie-slim AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/root/.npm \
    node scripts/pack.mjs /package \
    && npm install --global --prefix /image/usr/local --offline /package/*.tgz

FROM node:24-trixie-slim
COPY --from=build /image/ /
# What a program that has been broken into could use; and a volume that is made here belongs to the user it is for.
RUN rm -rf /opt/yarn-* /usr/local/include /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/corepack \
       /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
    && install -d -o node -g node -m 0700 /data
ENV PICOCLAW_HOME=/data
USER node
VOLUME /data
EXPOSE 18800 18790
ENTRYPOINT ["picoclaw-launcher"]
CMD ["--no-browser"]
