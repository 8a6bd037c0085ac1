//! One adapter for each `scheme` of the vector files.

mod akamai;
mod ats;
mod azure;
mod bunny;
mod cat;
mod china;
mod cloudcdn;
mod cloudflare;
mod cloudfront;
mod edgio;
mod fastly;
mod gcs;
mod google;
mod images;
mod plain_md5;
mod rfc9246;
mod s3;
mod servers;

use super::case::Adapter;

/// All of them.
pub const ADAPTERS: &[Adapter] = &[
    cloudcdn::ADAPTER,
    cloudcdn::COLON,
    cloudfront::ADAPTER,
    cloudfront::COOKIES,
    s3::ADAPTER,
    bunny::HS256,
    bunny::BASIC,
    akamai::ADAPTER,
    cloudflare::WAF,
    cloudflare::IMAGES,
    cloudflare::STREAM,
    google::CLOUD_CDN,
    google::MEDIA_CDN,
    ats::URL_SIG,
    gcs::ADAPTER,
    fastly::ADAPTER,
    azure::ADAPTER,
    rfc9246::ADAPTER,
    edgio::ADAPTER,
    cat::ADAPTER,
    plain_md5::KEYCDN,
    plain_md5::CDN77,
    plain_md5::GCORE,
    china::ALIBABA,
    china::TENCENT,
    china::HUAWEI,
    images::IMGPROXY,
    images::IMGIX,
    images::THUMBOR,
    images::CLOUDINARY,
    servers::NGINX,
    servers::LIGHTTPD,
];
