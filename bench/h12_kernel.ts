import { quantizeMatrix } from "#core/quantize/matmulnbits-stream.ts";
const K=576,N=1536*8;
const w=Float32Array.from({length:K*N},(_, i)=>Math.sin(i*i)*0.05);
const bytes=new Uint8Array(w.buffer);
const open=()=>({byteLength:bytes.length,read:(t:Uint8Array,o:number)=>{t.set(bytes.subarray(o,o+t.length));},[Symbol.dispose]:()=>undefined});
const nul=()=>({byteLength:bytes.length,read:()=>{},[Symbol.dispose]:()=>undefined});
for(const bits of [4,8] as const) for(const symmetric of [true,false]) for(const layout of ["KN","NK"] as const) for(const loops of ["wasm","plain"] as const){
  let best=1e9;
  for(let i=0;i<6;i++){const t=performance.now();for(const p of quantizeMatrix({name:"w",K,N,layout,dataType:1,open},{bits,blockSize:32,symmetric,halfScales:false},1,{codes:"c",scales:"s",zeroPoints:symmetric?null:"z"},{loops}))p;best=Math.min(best,performance.now()-t);}
  console.log(bits,symmetric?"sym":"asym",layout,loops,(bytes.length/best/1e6).toFixed(2),"GB/s");
}
