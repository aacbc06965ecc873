/** Signature version 4 for requests to S3: aws4fetch, which uses WebCrypto. Load it when it is needed: `await import`. */
export { AwsV4Signer } from "npm:aws4fetch@1.0.20";
